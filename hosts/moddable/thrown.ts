/** What was thrown, as text. It may be anything: also what no text can be made of. */
export function thrown(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "an object";
  }
}

import { readFileSync, statSync } from "node:fs";

/**
 * The content of a small file that somebody replaces from time to time. It is read again when its time or size changed; as long as it can't be read, what
 * it held before stands. Throws where it can't be read at first.
 */
export function renewedFile(path: string): () => Uint8Array {
  let stamp = stampOf(path);
  let content: Uint8Array = readFileSync(path);
  return () => {
    try {
      const now = stampOf(path);
      if (now !== stamp) {
        content = readFileSync(path);
        stamp = now;
      }
    } catch {
      // It is being replaced, or is gone.
    }
    return content;
  };
}

function stampOf(path: string): string {
  const { mtimeMs, size } = statSync(path);
  return `${mtimeMs} ${size}`;
}

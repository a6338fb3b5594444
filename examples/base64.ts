// Certificates and keys stand in mc/config as base64: what is between the lines of a PEM file, in one line.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function bytesOf(base64: string): Uint8Array {
  const length = base64.indexOf("=") < 0 ? base64.length : base64.indexOf("=");
  const bytes = new Uint8Array((length * 3) >> 2);
  let bits = 0;
  for (let i = 0, at = 0; i < length; i++) {
    const digit = DIGITS.indexOf(base64[i] as string);
    if (digit < 0) throw new RangeError(`base64: character ${i} is none of it`);
    bits = (bits << 6) | digit;
    if ((i & 3) !== 0) bytes[at++] = bits >> (6 - 2 * (i & 3));
  }
  return bytes;
}

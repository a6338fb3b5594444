/** Peer bytes for an error message: printable ASCII as it is, all else as \xNN, cut to `most` bytes. */
export function escaped(bytes: Uint8Array, offset: number, length: number, most = 64): string {
  const HEX = "0123456789abcdef";
  const end = offset + Math.min(length, most);
  let text = "";
  for (let i = offset; i < end; i++) {
    const c = bytes[i];
    if (c >= 0x20 && c < 0x7f && c !== 0x22 && c !== 0x5c) text += String.fromCharCode(c);
    else text += `\\x${HEX[c >> 4]}${HEX[c & 15]}`;
  }
  return length > most ? `${text}…` : text;
}

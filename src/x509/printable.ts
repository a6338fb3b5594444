/** Text for the reasons of errors: what a peer sent is escaped and cut, so that a certificate can't write into a log what it likes. */

const LONGEST = 64;

/** At most 64 characters of bytes[offset, offset + length): printable ASCII as it is, the rest as \xNN, "…" where something was cut. */
export function printable(bytes: Uint8Array, offset: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    const octet = bytes[offset + i]!;
    const plain = octet >= 0x20 && octet < 0x7f && octet !== 0x22 && octet !== 0x5c;
    const piece = plain ? String.fromCharCode(octet) : `\\x${hexOctet(octet)}`;
    if (text.length + piece.length > LONGEST - 1) return `${text}…`;
    text += piece;
  }
  return text;
}

/** At most 64 characters of a string, escaped like `printable`. */
export function printableText(value: string): string {
  let text = "";
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    const plain = code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c;
    const piece = plain ? value.charAt(i) : `\\u${(code + 0x10000).toString(16).slice(1)}`;
    if (text.length + piece.length > LONGEST - 1) return `${text}…`;
    text += piece;
  }
  return text;
}

export function hexOctet(octet: number): string {
  return (octet + 0x100).toString(16).slice(1);
}

/** The dotted form of an OBJECT IDENTIFIER's content, cut to 64 characters. */
export function oidText(bytes: Uint8Array, offset: number, length: number): string {
  let text = "";
  let arc = 0;
  for (let i = 0; i < length; i++) {
    const octet = bytes[offset + i]!;
    arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (text === "") {
      const first = arc < 80 ? Math.floor(arc / 40) : 2;
      text = `${first}.${arc - 40 * first}`;
    } else text += `.${arc}`;
    arc = 0;
    if (text.length > LONGEST - 1) return `${text.slice(0, LONGEST - 1)}…`;
  }
  return text;
}

/** The OID, and the one behind it (a curve), of an AlgorithmIdentifier's content. */
export function algorithmText(bytes: Uint8Array, at: number, length: number): string {
  if (length < 2 || bytes[at] !== 0x06 || bytes[at + 1]! > length - 2) return `"${printable(bytes, at, length)}"`;
  const first = bytes[at + 1]!;
  const text = oidText(bytes, at + 2, first);
  const next = at + 2 + first;
  if (next + 2 > at + length || bytes[next] !== 0x06 || next + 2 + bytes[next + 1]! > at + length) return text;
  return `${text} with ${oidText(bytes, next + 2, bytes[next + 1]!)}`;
}

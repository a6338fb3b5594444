/** PEM (RFC 7468), read strictly: what stands between a BEGIN and its END must be base64 and nothing else. Text outside of blocks is a comment. */

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
  /** Line of the BEGIN, from 1. */
  readonly line: number;
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/;
const END = /^-----END ([A-Z0-9 ]+)-----\s*$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** All blocks of a PEM text. Throws an Error that names `source` and the line. */
export function parsePem(text: string, source: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let label = "";
  let start = 0;
  let base64 = "";
  const lines = text.split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const where = `${source}, line ${i + 1}`;
    const begin = BEGIN.exec(line);
    const end = END.exec(line);
    if (begin !== null) {
      if (start > 0) throw new Error(`${where}: a second BEGIN before the END of the block that began in line ${start}`);
      label = begin[1] ?? "";
      start = i + 1;
      base64 = "";
    } else if (end !== null) {
      if (start === 0) throw new Error(`${where}: END ${end[1]} without its BEGIN`);
      if (end[1] !== label) throw new Error(`${where}: END ${end[1]} closes BEGIN ${label} of line ${start}`);
      blocks.push({ label, der: decode(base64, `${source}, block of line ${start}`), line: start });
      start = 0;
    } else if (start > 0) {
      if (line.includes(":")) throw new Error(`${where}: header fields in a PEM block (an encrypted key?) are not supported`);
      const trimmed = line.trim();
      if (!BASE64.test(trimmed) || (trimmed !== "" && base64.endsWith("=")))
        throw new Error(`${where}: not base64 inside the block ${label}`);
      base64 += trimmed;
    } else if (line.includes("-----BEGIN") || line.includes("-----END")) {
      throw new Error(`${where}: a damaged PEM boundary`);
    }
  }
  if (start > 0) throw new Error(`${source}: the block ${label} of line ${start} has no END`);
  return blocks;
}

function decode(base64: string, where: string): Uint8Array {
  const bytes = Buffer.from(base64, "base64");
  if (base64 === "" || base64.length % 4 !== 0 || bytes.toString("base64") !== base64) throw new Error(`${where}: damaged base64`);
  return new Uint8Array(bytes);
}

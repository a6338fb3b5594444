/** Blocks that a client of the RSA key exchange may have encrypted: the right one, and each kind of wrong one (RFC 5246 §7.4.7.1). */
import { Seeded } from "./hex.js";

export interface Blocks {
  readonly secret: Uint8Array;
  readonly right: Uint8Array;
  readonly wrong: Readonly<Record<string, Uint8Array>>;
}

/** `octets`: of the modulus. */
export function wrongBlocks(octets: number, version: number): Blocks {
  const random = new Seeded(91);
  const secret = random.bytes(48);
  secret[0] = version >> 8;
  secret[1] = version & 0xff;
  const separator = octets - 49;
  const padding = random.bytes(octets).map((byte) => byte | 1);
  const right = padding.slice();
  right[0] = 0;
  right[1] = 2;
  right[separator] = 0;
  right.set(secret, separator + 1);
  const changed = (change: (block: Uint8Array) => void): Uint8Array => {
    const block = right.slice();
    change(block);
    return block;
  };
  const at = (place: number, value: number) =>
    changed((block) => {
      block[place] = value;
    });
  const wrong: Record<string, Uint8Array> = {
    "wrong version": at(separator + 2, 2),
    "wrong major version": at(separator + 1, 2),
    "first octet": at(0, 1),
    "block type 1": at(1, 1),
    "block type 0": at(1, 0),
    "zero at the padding's beginning": at(2, 0),
    "zero in the padding": at(100, 0),
    "zero at the padding's end": at(separator - 1, 0),
    "padding of 7 octets": changed((block) => block.fill(0, 9, 10)),
    "no separator": at(separator, 0x55),
    "no zero at all": changed((block) => {
      for (let i = 2; i < octets; i++) block[i] = block[i]! | 1;
    }),
    "secret of 47 octets": changed((block) => {
      block[separator] = 0x55;
      block[separator + 1] = 0;
    }),
    "secret of 49 octets": changed((block) => {
      block[separator - 1] = 0;
      block[separator] = 3;
    }),
    "no secret": changed((block) => {
      for (let i = 2; i < octets; i++) block[i] = block[i]! | 1;
      block[octets - 1] = 0;
    }),
    "all zero": new Uint8Array(octets),
    one: changed((block) => {
      block.fill(0);
      block[octets - 1] = 1;
    }),
  };
  return { secret, right, wrong };
}

/** Identifier octets of GeneralName (RFC 5280 §4.2.1.6), and that of a Name. */
export const RDN_SEQUENCE = 0x30;
export const RFC822_NAME = 0x81;
export const DNS = 0x82;
export const DIRECTORY = 0xa4;
export const UNIFORM_RESOURCE = 0x86;
export const IP = 0x87;

/** Whether constraints on names of this kind are understood. */
export function isConstrainable(tag: number): boolean {
  return tag === DNS || tag === IP || tag === DIRECTORY || tag === RFC822_NAME || tag === UNIFORM_RESOURCE || tag === RDN_SEQUENCE;
}

import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import type { OfferedKey } from "../config-psk.js";
import { pre_shared_key } from "../constants.js";
import { type ClientExtension, type ClientHelloContext, IN_SERVER_HELLO } from "./extension.js";
import type { ServerExtension } from "./server-extension.js";

/** The shortest binder that may be (RFC 9846 §4.3.11). */
const SHORTEST_BINDER = 32;

/** Bytes of the binders that stand at the end of a ClientHello with these keys, the list's length included. */
export function bindersLength(keys: readonly OfferedKey[]): number {
  let length = 2;
  for (let i = 0; i < keys.length; i++) length += 1 + keys[i].hashLength;
  return length;
}

/** Bytes of the extension with these keys, but for its header. */
export function keysLength(keys: readonly OfferedKey[] | null): number {
  if (keys === null) return 0;
  let length = 2 + bindersLength(keys);
  for (let i = 0; i < keys.length; i++) length += 2 + keys[i].identity.length + 4;
  return length;
}

/** The keys that there is room for: a session's can be done without. */
function whatFits(context: ClientHelloContext, room: number): readonly OfferedKey[] | null {
  const { psks } = context;
  if (psks === null || psks[0].external) return psks;
  if (keysLength(psks) > room) context.psks = psks.length === 1 ? null : psks.slice(1);
  return context.psks;
}

/** pre_shared_key (RFC 9846 §4.3.11), always the last extension of a ClientHello. Binders are written once the rest of the message stands. */
export const preSharedKey: ClientExtension = {
  type: pre_shared_key,
  name: "pre_shared_key",
  answers: IN_SERVER_HELLO,
  send(context, w) {
    const psks = whatFits(context, w.end - w.offset);
    if (psks === null) return false;
    const identities = w.open16();
    for (let i = 0; i < psks.length; i++) {
      const { identity, obfuscatedAge } = psks[i];
      w.u16(identity.length);
      w.copy(identity, 0, identity.length);
      w.u16(obfuscatedAge >>> 16);
      w.u16(obfuscatedAge & 0xffff);
    }
    w.close16(identities);
    const binders = w.open16();
    for (let i = 0; i < psks.length; i++) {
      const { hashLength } = psks[i];
      w.u8(hashLength);
      w.skip(hashLength);
    }
    w.close16(binders);
    return true;
  },
  receive(context, r) {
    const index = r.u16();
    const { length } = context.psks as readonly OfferedKey[];
    if (index >= length) throw new TLSAlert(illegal_parameter, `pre_shared_key: the server took identity ${index}, ${length} were offered`);
    context.pskIndex = index;
  },
  whenMissing() {},
};

/** The keys that a client offers, as offsets in its ClientHello. */
export class OfferedIdentities {
  /** Where the first identity stands (with its length before it), and how many there are. */
  first: number;
  count: number;
  /** Where PskBinderEntry list begins, its length included: the truncated ClientHello ends there. */
  binders: number;
  /** The identity that is looked at, and where it stands. */
  index: number;
  at: number;

  constructor() {
    this.first = 0;
    this.count = 0;
    this.binders = 0;
    this.index = 0;
    this.at = 0;
  }
}

/** The server's side: the form is checked, the identities stay where they stand. */
export const pskOfClient: ServerExtension = {
  type: pre_shared_key,
  name: "pre_shared_key",
  answers: IN_SERVER_HELLO,
  receive(context, r) {
    const offered = new OfferedIdentities();
    const identities = r.enter(r.u16());
    offered.first = offered.at = r.offset;
    while (r.left > 0) {
      const length = r.u16();
      if (length === 0) throw new TLSAlert(decode_error, `pre_shared_key: identity ${offered.count} is empty`);
      r.skip(length);
      r.skip(4);
      offered.count++;
    }
    r.leave(identities);
    offered.binders = r.offset;
    const binders = r.enter(r.u16());
    let count = 0;
    while (r.left > 0) {
      const length = r.u8();
      if (length < SHORTEST_BINDER) throw new TLSAlert(decode_error, `pre_shared_key: binder ${count} has ${length} bytes`);
      r.skip(length);
      count++;
    }
    r.leave(binders);
    if (offered.count === 0) throw new TLSAlert(decode_error, "pre_shared_key: no identity");
    if (count === 0) throw new TLSAlert(decode_error, "pre_shared_key: no binder");
    if (count !== offered.count) throw new TLSAlert(illegal_parameter, `pre_shared_key: ${count} binders for ${offered.count} identities`);
    context.identities = offered;
  },
  send(context, w) {
    if (context.pskIndex < 0) return false;
    w.u16(context.pskIndex);
    return true;
  },
};

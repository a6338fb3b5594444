import type { Signer, SigningKey } from "../identity.js";
import type { PrivateKey } from "./private-key.js";

/** How keys of one type sign here. A firmware names the types that it needs and links no other. */
export interface KeySupport {
  readonly keyType: number;
  createSigner(key: PrivateKey): Signer & Pick<SigningKey, "schemes" | "maxSignature" | "createContent">;
  /** Whether bytes[at, at + length), a subjectPublicKey's content, is the public key of `key`: made from the private one, not read beside it. */
  matches(key: PrivateKey, bytes: Uint8Array, at: number, length: number): boolean;
}

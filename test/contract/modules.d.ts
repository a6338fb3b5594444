// What the suite is given, a module that is written for each run: keys that are valid today, and the device's random source.

declare module "contract:given" {
  export const random: import("../../src/crypto/provider.js").Random;
  /** DER: the root that is trusted, and one that is not. */
  export const root: Uint8Array;
  export const stranger: Uint8Array;
  /** DER: certificates for localhost and their private key (PKCS #8). */
  export const localhost: { readonly certificates: readonly Uint8Array[]; readonly key: Uint8Array };
  /** The same for other.example. */
  export const other: { readonly certificates: readonly Uint8Array[]; readonly key: Uint8Array };
  /** A client's. */
  export const client: { readonly certificates: readonly Uint8Array[]; readonly key: Uint8Array };
}

// Modules that the tools write for one run, and the device's global that Node lacks.

declare module "sim:flight" {
  /** The peer's records, each with its header, as they were received from a real one. */
  export const records: readonly Uint8Array[];
  /** DER of the root certificate. */
  export const root: Uint8Array;
  export const serverName: string;
  export const receiveBuffer: number;
  /** DER of what the device proves itself with; empty where it does not. */
  export const certificates: readonly Uint8Array[];
  export const key: Uint8Array;
  /** The session to resume; empty: none. */
  export const session: Uint8Array;
  /** The external pre-shared key; empty: none. */
  export const pskIdentity: Uint8Array;
  export const pskKey: Uint8Array;
}

declare module "sim:provider" {
  export const provider: import("../../src/crypto/provider.js").CryptoProvider;
}

declare module "sim:setup" {
  export const setup: import("./setup-config.js").Setup;
}

/** What "sim:provider" computes with where its primitives are counted one by one. */
declare module "sim:counted" {
  export const provider: import("../../src/crypto/provider.js").CryptoProvider;
}

declare module "sim:trust" {
  /** DER of each certificate that is trusted. */
  export const certificates: readonly Uint8Array[];
}

declare module "sim:client" {
  /** DER of the client's certificates, and the 32 bytes of its P-256 private key. */
  export const certificates: readonly Uint8Array[];
  export const key: Uint8Array;
}

declare module "sim:anchors" {
  export const anchors: readonly { readonly nameHash: Uint8Array; readonly publicKeyInfo: Uint8Array }[];
}

declare module "sim:identity" {
  /** DER of a server's certificate and those above it, and of its private key. */
  export const certificates: readonly Uint8Array[];
  export const privateKey: Uint8Array;
}

declare module "mc/config" {
  const config: {
    readonly address: string;
    readonly port: number;
    /** False: the same app over plain TCP, to know what TLS adds. */
    readonly tls: boolean;
    /** The name that the server's certificate must carry, and the Host of the requests. */
    readonly serverName: string;
    readonly path: string;
    readonly readings: number;
    /** True: every reply must accept its reading. False: a foreign server may answer what it likes. */
    readonly strict: boolean;
    /** Suite code points that are offered. */
    readonly suites: readonly number[];
    /** A server's: how many clients it serves before it ends. */
    readonly clients: number;
    readonly receiveBuffer: number;
    readonly sendBuffer: number;
    /** Of the app that meets bad servers: where each is, the name wanted, the anchor trusted by index, and what the clock says. */
    readonly targets: readonly {
      readonly name: string;
      readonly port: number;
      readonly serverName: string;
      readonly anchor: number;
      readonly now: number;
    }[];
  };
  export default config;
}

/** Prints its arguments, one after the other; numbers and strings without an allocation. */
declare function trace(...values: (string | number)[]): void;

// Modules that the tools write for one run, and the device's global that Node lacks.

declare module "sim:flight" {
  /** The server's records, each with its header, as they were received from a real server. */
  export const records: readonly Uint8Array[];
  /** DER of the root certificate. */
  export const root: Uint8Array;
  export const serverName: string;
}

/** Prints its arguments, one after the other; numbers and strings without an allocation. */
declare function trace(...values: (string | number)[]): void;

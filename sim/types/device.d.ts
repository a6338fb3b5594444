// What an app finds on the simulated device, for editors: name it in "types" of a tsconfig.json, as "thimble-tls/sim/device". The SDK's own
// modules are typed by the package @moddable/typings.
/// <reference types="@moddable/typings/timer.d.ts" />
/// <reference types="@moddable/typings/time.d.ts" />
/// <reference types="@moddable/typings/net.d.ts" />
/// <reference types="@moddable/typings/mc/config.d.ts" />
/// <reference types="@moddable/typings/embedded_io/_common.d.ts" />
/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
/// <reference types="@moddable/typings/embedded_io/socket/listener.d.ts" />
/// <reference types="@moddable/typings/embedded_network/dns/resolver/udp.d.ts" />
/// <reference types="@moddable/typings/preference.d.ts" />
/// <reference types="@moddable/typings/sntp.d.ts" />
/// <reference path="../../hosts/moddable/types/embedded-tls.d.ts" />
/// <reference path="../xs/modules.d.ts" />

declare module "sim:trust" {
  /** DER of each certificate that --ca names, or of the root of the simulator's own server. */
  export const certificates: readonly Uint8Array[];
}

declare module "sim:device" {
  /** Which device this is, and what it proves itself with (--identities, or made for the run). All lie in flash. */
  const device: {
    /** Devices of the fleet. */
    readonly count: number;
    /** From 0. */
    number(): number;
    identity(): {
      readonly name: string;
      /** DER, its own first. */
      readonly certificates: readonly Uint8Array[];
      /** DER, PKCS #8. */
      readonly privateKey: Uint8Array;
    };
  };
  export default device;
}

/** Prints its arguments, one after the other. */
declare function trace(...values: (string | number)[]): void;
declare var console: Record<"log" | "info" | "debug" | "warn" | "error", (...values: unknown[]) => void>;
declare function setTimeout(callback: () => void, milliseconds?: number): unknown;
declare function setInterval(callback: () => void, milliseconds?: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function clearInterval(timer: unknown): void;

// The package @moddable/typings has none of these yet.
declare module "embedded:storage/key-value" {
  interface Storage extends Iterable<string> {
    read(key: string): ArrayBuffer | undefined;
    write(key: string, value: ArrayBuffer | ArrayBufferView): void;
    delete(key: string): void;
    close(): void;
    format: "buffer";
  }
  const KeyValue: { open(options: { path: string; mode?: "r" | "r+"; format?: "buffer" }): Storage };
  export default KeyValue;
}

declare module "embedded:network/ntp/client" {
  export default class NTP {
    constructor(options: { servers: readonly string[]; target?: unknown; [option: string]: unknown });
    getTime(callback: (error: Error | null, milliseconds?: number) => void): void;
    close(): void;
  }
}

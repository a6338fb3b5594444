// "embedded:io/socket/tcp/tls" as thimble serves it. Name it in "types" of a tsconfig.json as "thimble-tls/moddable/embedded-tls", instead of the typings'
// own embedded_io/socket/tls.d.ts, which lacks read(), { more }, onError's error and most else.
/// <reference types="@moddable/typings/Resource.d.ts" />
/// <reference path="../native/modules.d.ts" />

declare module "embedded:io/socket/tcp/tls" {
  import type { SdkTLSSocketOptions } from "thimble-tls/moddable/sdk-tls-socket";

  export type Options = SdkTLSSocketOptions;
  export type { SdkSecure } from "thimble-tls/moddable/sdk-tls-socket";
  export { default } from "thimble-tls/moddable/sdk-tls-socket";
}

/// <reference types="@moddable/typings/embedded_io/socket/listener.d.ts" />
// The only import of a module that exists on devices alone. What stands on it is in other files, which take the class as an argument.
export { default as TCPListener } from "embedded:io/socket/listener";

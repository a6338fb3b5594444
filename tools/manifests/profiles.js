// What each manifest of the Moddable SDK brings, by the names that package.json exports. A manifest lists what these names reach, and nothing else.
export const PROFILES = {
  "manifest-client.json": [
    "moddable/tls-socket",
    "moddable/clock",
    "moddable/device-random",
    "profiles/iot-client",
    "profiles/iot-client-12",
    "x509/anchors",
    "x509/packed-anchors",
    "x509/time-policy",
    "session/resumption",
    "session/session-store",
    "keys/p256-key",
    "keys/identity-from",
    "connection-pool",
  ],
  "manifest-client-13.json": ["moddable/tls-socket", "moddable/clock", "moddable/device-random", "profiles/iot-client", "x509/anchors"],
  "manifest-client-small.json": [
    "moddable/tls-socket",
    "moddable/clock",
    "moddable/device-random",
    "profiles/small-client",
    "x509/anchors",
  ],
  "manifest-flash.json": ["moddable/flash-sessions", "moddable/keep", "moddable/network-time", "moddable/roots", "x509/time-policy"],
  "manifest-planner.json": ["moddable/planned-memory"],
  "manifest-psk.json": ["moddable/psk-socket", "moddable/clock", "moddable/device-random", "profiles/psk-client", "session/external-psk"],
  "manifest-sdk-tls.json": ["moddable/sdk-tls-socket"],
  "manifest-server.json": [
    "moddable/listener",
    "moddable/clock",
    "moddable/device-random",
    "profiles/iot-server",
    "virtual-hosts",
    "keys/p256-key",
    "keys/identity-from",
    "session/tickets",
    "session/ticket-keys",
    "connection-pool",
  ],
};

/** Beside these the device has no use for what is exported: the whole package as one name, Node, the simulator. */
export const NOT_FOR_DEVICES = [".", "./node", "./sim/device", "./package.json"];

/** What the SDK's own clients import for TLS is served by the first of these that a profile names. */
export const SOCKETS = ["moddable/sdk-tls-socket", "moddable/tls-socket"];
export const SDK_SOCKET = "embedded:io/socket/tcp/tls";
/** Fails the build where the SDK's own TLS is in it too. */
export const SDK_CHECK = "hosts/moddable/sdk-tls";

/** What a device has that JavaScript cannot reach: a module of its own name, and the C below it. Brought where it is imported. */
export const NATIVE = "embedded:thimble/entropy";
export const NATIVE_FILES = "./hosts/moddable/native/entropy";

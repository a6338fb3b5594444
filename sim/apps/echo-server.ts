/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// A device app: a server over TLS. It answers HTTP's GET with a page, and sends everything else back.
import host from "sim:host";
import { certificates, privateKey } from "sim:identity";
import config from "mc/config";
import Listener from "../../hosts/moddable/listener.js";
import type { SecureSocket } from "../../hosts/moddable/secure-socket.js";

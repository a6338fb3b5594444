// Seals and opens so many CBC records of TLS 1.2 as the first argument says; with the second, "mac-first", without encrypt-then-MAC.
import host from "sim:host";
import { CbcRecords } from "./cbc-records.js";

const count = Number(host.argument(0));
new CbcRecords(host.argument(1) === "mac-first").run(count);

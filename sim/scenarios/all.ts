import { chainPeak, chainPeak12 } from "./chain-peak.js";
import { chainVerify } from "./chain-verify.js";
import { client12, client12AesGcm, client12Both, server12 } from "./client12.js";
import { client13, client13Aes128Ccm, client13Aes128Ccm8, client13Aes256Gcm, client13AesGcm } from "./client13.js";
import { connections3 } from "./connections3.js";
import { flash } from "./flash.js";
import { leaks } from "./leaks.js";
import { client12Rsa, psk12, psk12Ecdhe } from "./legacy12.js";
import { MCU } from "./mcu.js";
import { mtls } from "./mtls.js";
import { ocsp, ocsp12 } from "./ocsp.js";
import { pooled } from "./pooled.js";
import { primitives, primitivesFull } from "./primitives.js";
import { reconnect } from "./reconnect.js";
import { client13Big, client13Small } from "./record-sizes.js";
import {
  records12AesGcm,
  records12Bare,
  records12ChaCha,
  recordsAes128Ccm,
  recordsAes128Ccm8,
  recordsAes256Gcm,
  recordsAesGcm,
  recordsChaCha,
} from "./records.js";
import type { Scenario } from "./scenario.js";
import { server13 } from "./server13.js";
import { psk13, resume12, resume13 } from "./sessions.js";
import { slices } from "./slices.js";
import { socket } from "./socket.js";

export const SCENARIOS: readonly Scenario[] = [
  flash,
  client13,
  client13AesGcm,
  client13Aes256Gcm,
  client13Aes128Ccm,
  client13Aes128Ccm8,
  client13Small,
  client13Big,
  client12,
  client12Both,
  client12AesGcm,
  server12,
  client12Rsa,
  psk12,
  psk12Ecdhe,
  mtls,
  resume13,
  resume12,
  psk13,
  ocsp,
  ocsp12,
  reconnect,
  server13,
  connections3,
  pooled,
  chainVerify,
  chainPeak,
  chainPeak12,
  socket,
  recordsChaCha,
  recordsAesGcm,
  recordsAes256Gcm,
  recordsAes128Ccm,
  recordsAes128Ccm8,
  records12ChaCha,
  records12AesGcm,
  ...records12Bare,
  primitives,
  primitivesFull,
  slices,
  leaks,
  ...MCU,
];

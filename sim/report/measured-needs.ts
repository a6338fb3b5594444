import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TLS_AES_128_CCM_8_SHA256, TLS_AES_128_CCM_SHA256, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384 } from "../../src/constants.js";
import type { Needs } from "../needs.js";
import { root } from "../paths.js";

type Figures = Readonly<Record<string, { readonly value: number } | undefined>>;

/** Whose figures tell how much more than TLS_CHACHA20_POLY1305_SHA256 a suite takes. */
const MEASURED_AS: Readonly<Record<number, string>> = {
  [TLS_AES_128_GCM_SHA256]: "client13.aesgcm",
  [TLS_AES_256_GCM_SHA384]: "client13.aes256gcm",
  [TLS_AES_128_CCM_SHA256]: "client13.aes128ccm",
  [TLS_AES_128_CCM_8_SHA256]: "client13.aes128ccm8",
};

/** The scenario of budgets.json that is measured with this suite alone. */
export function scenarioOf(suite: number): string {
  return MEASURED_AS[suite] ?? "client13";
}

/** What the handshake of a TLS socket needs beside its buffers with any of these suites, from budgets.json; null where it is not there. */
export function measuredNeeds(suites: readonly number[]): Needs | null {
  try {
    const budgets = JSON.parse(readFileSync(join(root, "budgets.json"), "utf8")) as Readonly<Record<string, Figures | undefined>>;
    const { largestChunks, largestSlots, largestStack } = budgets.socket ?? {};
    if (largestChunks === undefined || largestSlots === undefined || largestStack === undefined) return null;
    const more = (figure: string): number => {
      const of = (scenario: string): number => budgets[scenario]?.[figure]?.value ?? 0;
      return Math.max(0, ...suites.map((suite) => of(scenarioOf(suite)) - of("client13")));
    };
    return {
      chunkBytes: largestChunks.value - (2048 + 512 + 8) + more("peakChunks"),
      slots: largestSlots.value + more("peakSlots"),
      stackSlots: largestStack.value / 16,
    };
  } catch {
    return null;
  }
}

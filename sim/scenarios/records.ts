// Sending and receiving 1,000 records of 1 KB on an open connection: it must allocate nothing. And what one record costs in instructions.
import { measureInstructions, measurePlain } from "./replay.js";
import { instructions, type Measurements, type Scenario } from "./scenario.js";

const APP = "measure-records";
const COUNT = "1000";

function records(name: string, flight: string, app = APP, more: readonly string[] = []): Scenario {
  return {
    name,
    async measure(counting) {
      const [plain, counted] = await Promise.all([
        measurePlain(app, flight, { arguments: [COUNT, ...more] }),
        counting ? measureInstructions(app, flight, { arguments: ["0", ...more] }) : null,
      ]);
      const marks = (plain.stats?.marks ?? []).filter((mark) => mark.name !== "start");
      if (marks.length !== 2) throw new Error(`${name}: ${marks.length} marks instead of 2`);
      const sum = (of: (mark: (typeof marks)[number]) => number): number => marks.reduce((total, mark) => total + of(mark), 0);
      const figures: Measurements = {
        [`${name}.alloc`]: { value: sum((mark) => mark.allocated.chunkBytes), unit: "B" },
        [`${name}.allocSlots`]: { value: sum((mark) => mark.allocated.slots), unit: "slots" },
        [`${name}.collections`]: { value: sum((mark) => mark.collections), unit: "collections" },
      };
      if (counted !== null) {
        figures[`${name}.send`] = instructions(counted.instructions.send?.total);
        figures[`${name}.receive`] = instructions(counted.instructions.receive?.total);
      }
      return figures;
    },
  };
}

export const recordsChaCha = records("records.chacha", "client13-chacha");
export const recordsAesGcm = records("records.aesgcm", "client13-aesgcm");
export const recordsAes256Gcm = records("records.aes256gcm", "client13-aes256gcm");
export const recordsAes128Ccm = records("records.aes128ccm", "client13-aes128ccm");
export const recordsAes128Ccm8 = records("records.aes128ccm8", "client13-aes128ccm8");
export const records12ChaCha = records("records12.chacha", "client12-chacha", "measure-records-12");
export const records12AesGcm = records("records12.aesgcm", "client12-aesgcm", "measure-records-12");
/** The two record protections alone, without a connection. */
const bare = (name: string, ...more: readonly string[]) => records(`records12.${name}`, "client12-chacha", "measure-bare-records", more);

export const records12Bare = [
  ...["aes256gcm", "aes128ccm", "aes128ccm8", "aes256ccm", "aes256ccm8", "cbc"].map((cipher) => bare(cipher, cipher)),
  bare("cbcMacFirst", "cbc", "mac-first"),
];

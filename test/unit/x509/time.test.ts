import { expect } from "chai";
import { parseTime, timeText } from "../../../src/x509/time.js";
import { ascii } from "../../support/der.js";

const parse = (text: string): number => parseTime(ascii(`__${text}`), 2, text.length);

describe("x509/time", () => {
  it("reads UTCTime and GeneralizedTime", () => {
    for (const [text, seconds] of [
      ["700101000000Z", 0],
      ["691231235959Z", -1],
      ["500101000000Z", -631152000],
      ["491231235959Z", 2524607999],
      ["250601000000Z", 1748736000],
      ["000229120000Z", 951825600],
      ["20500101000000Z", 2524608000],
      ["20250601000000Z", 1748736000],
      ["99991231235959Z", 253402300799],
      ["21000228235959Z", 4107542399],
    ] as const) {
      expect(parse(text), text).to.equal(seconds);
    }
  });

  it("agrees with Date on one day a month of many years, both ways", () => {
    for (let year = 1900; year < 2500; year += 7) {
      for (let month = 1; month <= 12; month++) {
        const day = 1 + ((year * 5 + month * 3) % 28);
        const text = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T23:07:09Z`;
        const digits = text.split("-").join("").split(":").join("").split("T").join("");
        expect(parse(digits)).to.equal(Date.UTC(year, month - 1, day, 23, 7, 9) / 1000);
        expect(timeText(parse(digits))).to.equal(text);
      }
    }
  });

  it("refuses every other form", () => {
    for (const text of [
      "",
      "Z",
      "2506010000Z",
      "250601000000",
      "250601000000z",
      "2506010000000Z",
      "250601000000+0000",
      "20250601000000.5Z",
      "250001000000Z",
      "251301000000Z",
      "250600000000Z",
      "250631000000Z",
      "250229000000Z",
      "21000229000000Z",
      "250601240000Z",
      "250601006000Z",
      "250601000060Z",
      "25060100000 Z",
      "2506-1000000Z",
      "x50601000000Z",
    ]) {
      expect(parse(text), text).to.be.NaN;
    }
  });
});

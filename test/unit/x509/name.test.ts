import { expect } from "chai";
import { parseServerName, wildcardDot } from "../../../src/x509/name.js";
import { toHex } from "../../support/der.js";

describe("x509/name", () => {
  it("reads DNS names: lower case, without the trailing dot", () => {
    for (const [given, text] of [
      ["Example.COM", "example.com"],
      ["example.com.", "example.com"],
      ["localhost", "localhost"],
      ["xn--bcher-kva.example", "xn--bcher-kva.example"],
      ["_mqtt.a-b.example", "_mqtt.a-b.example"],
      ["1.2.3.4a", "1.2.3.4a"],
      [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`],
    ] as const) {
      expect(parseServerName(given)).to.deep.equal({ text, address: null });
    }
  });

  it("reads IP literals", () => {
    for (const [given, hex] of [
      ["192.0.2.255", "c00002ff"],
      ["0.0.0.0", "00000000"],
      ["::", "00000000000000000000000000000000"],
      ["::1", "00000000000000000000000000000001"],
      ["[2001:DB8::7]", "20010db8000000000000000000000007"],
      ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
      ["1::8", "00010000000000000000000000000008"],
      ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
      ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
      ["1:2:3:4:5:6:192.0.2.1", "000100020003000400050006c0000201"],
    ] as const) {
      expect(toHex(parseServerName(given).address!), given).to.equal(hex);
    }
  });

  it("refuses what is empty or malformed", () => {
    for (const given of [
      "",
      ".",
      "..",
      ".example.com",
      "a..b",
      "example.com..",
      "-a.example",
      "a-.example",
      "*.example.com",
      "a b.example",
      "a/b",
      "bücher.example",
      "a\0.example",
      `${"a".repeat(64)}.example`,
      `${"abcdefgh.".repeat(28)}example`,
      "256.1.1.1",
      "1.2.3",
      "1.2.3.4.",
      "01.2.3.4",
      "1.2.3.4.5",
      "1234",
      ":",
      ":::",
      "1:2",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "1::2::3",
      "12345::",
      "g::",
      "fe80::1%eth0",
      "::1.2.3",
      "1.2.3.4::",
      "[::1",
      "example.com:443",
    ]) {
      expect(() => parseServerName(given), given).to.throw(RangeError, /^serverName/);
    }
  });

  it("lets a wildcard stand only before two labels", () => {
    expect(wildcardDot("a.example.com")).to.equal(1);
    expect(wildcardDot("example.com")).to.equal(-1);
    expect(wildcardDot("localhost")).to.equal(-1);
  });
});

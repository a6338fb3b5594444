// What the build does to constants of modules.
import { expect } from "chai";

const path = "../../../tools/freeze.js";
const { frozen } = (await import(path)) as { frozen(text: string): string };

describe("tools/freeze", () => {
  for (const [from, to] of [
    ["export const A = [1, [2]];", "export const A = Object.freeze([1, Object.freeze([2])]);"],
    ["const B = { a: { b: 1 }, f() { return [1]; } };", "const B = Object.freeze({ a: Object.freeze({ b: 1 }), f() { return [1]; } });"],
    ["const C = Object.freeze([{ c: 1 }]);", "const C = Object.freeze([Object.freeze({ c: 1 })]);"],
  ])
    it(`${from}`, () => {
      expect(frozen(from as string)).to.equal(to);
    });

  for (const text of ["let D = [1];", "const E = new X([1]);", "const F = () => [1];", "const G = f([1]);", "class H { static i = [1]; }"])
    it(`not ${text}`, () => {
      expect(frozen(text)).to.equal(text);
    });

  it("lines stay where they are", () => {
    expect(frozen("const A = [\n  1,\n];\nf();\n").split("\n").length).to.equal(5);
  });

  it("what is built is frozen", async () => {
    const { iotClient } = await import("../../src/profiles/iot-client.js");
    expect(Object.isFrozen(iotClient) && Object.isFrozen(iotClient.suites) && Object.isFrozen(iotClient.suites[0])).to.equal(true);
  });
});

// What a client may do wrong with pre-shared keys, and how much of it a server looks at (RFC 9846 §4.3.9, §4.3.11).
import { expect } from "chai";
import { decode_error, decrypt_error, handshake_failure, illegal_parameter, missing_extension } from "../../src/alert.js";
import { PSK_DHE_KE } from "../../src/config-psk.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { PskLookup } from "../../src/session/external-psk.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { concat, u16, vector8, vector16 } from "../peer/bytes.js";
import type { ScriptedClientOptions } from "../peer/client-options.js";
import { type Extension, extension } from "../peer/messages.js";
import { SeededRandom } from "../peer/random.js";
import { ON_XS } from "./effort.js";
import { ServerBench, type ServerParts } from "./server-pair.js";

const MODES = extension(45, [1, 1]);

interface Identity {
  readonly name?: Uint8Array;
  readonly binder?: Uint8Array;
}

function preSharedKey(identities: readonly Identity[], binders: readonly Identity[] = identities): Extension {
  return extension(
    41,
    concat(
      vector16(concat(...identities.map(({ name = new Uint8Array(8).fill(0x61) }) => concat(vector16(name), new Uint8Array(4))))),
      vector16(concat(...binders.map(({ binder = new Uint8Array(32).fill(0x62) }) => vector8(binder)))),
    ),
  );
}

describe("server: pre_shared_key of a client that does wrong", function () {
  this.timeout(120000);
  const bench = new ServerBench();
  const key = new Uint8Array(32).fill(1);
  let asked = 0;
  const psk = new PskLookup((identity) => {
    asked++;
    return identity[0] === 0x6b ? key : null;
  });
  const tickets = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("tickets")));
  const server: ServerParts = { psk, tickets };
  const keysOnly: ServerParts = { ...server, host: { identities: [] } };

  const withKeys = (last: readonly Extension[], more: ScriptedClientOptions = {}): ScriptedClientOptions => ({
    lastExtensions: last,
    ...more,
  });

  it("an unknown identity beside certificates: a full handshake; so is a ticket that is none", () => {
    bench.open(withKeys([MODES, preSharedKey([{}])]), server);
    bench.open(withKeys([MODES, preSharedKey([{ name: new Uint8Array(126).fill(7) }])]), server);
    bench.open(withKeys([MODES, preSharedKey([{}])]), { tickets });
  });

  it("an unknown identity where there are keys alone: decrypt_error", () => {
    bench.run(withKeys([MODES, preSharedKey([{}])]), keysOnly).expectAlert(decrypt_error, /binder/, false);
    bench.run(withKeys([MODES, preSharedKey([{}, {}, {}])]), keysOnly).expectAlert(decrypt_error, /binder/, false);
  });

  it("a known identity with a wrong binder: decrypt_error, certificates or not", () => {
    const known = preSharedKey([{ name: new Uint8Array([0x6b]) }]);
    bench.run(withKeys([MODES, known]), keysOnly).expectAlert(decrypt_error, /binder/, false);
    bench.run(withKeys([MODES, known]), server).expectAlert(decrypt_error, /binder/, false);
    const long = preSharedKey([{ name: new Uint8Array([0x6b]), binder: new Uint8Array(48) }]);
    bench.run(withKeys([MODES, long]), server).expectAlert(decrypt_error, /binder/, false);
  });

  it("thousands of identities: four are looked at", () => {
    const many = Array.from({ length: ON_XS ? 300 : 3000 }, (_, i) => ({ name: u16(i) }));
    const receiveBuffer = ON_XS ? 16000 : 65536;
    asked = 0;
    const first = bench.run(withKeys([MODES, preSharedKey(many.slice(0, ON_XS ? 300 : 380))], { fragment: 16000 }), {
      ...server,
      receiveBuffer,
    });
    first.expectOpen();
    expect(asked).to.equal(4);
    // The fifth is the one that is known: it is not found.
    const late = [...many.slice(0, 4), { name: new Uint8Array([0x6b]) }];
    bench.open(withKeys([MODES, preSharedKey(late)]), server);
    bench.run(withKeys([MODES, preSharedKey([...many.slice(0, 3), { name: new Uint8Array([0x6b]) }])]), server).expectAlert(decrypt_error);
  });

  it("thousands of identities in more than the receive buffer holds", () => {
    const many = Array.from({ length: 900 }, (_, i) => ({ name: u16(i) }));
    bench.run(withKeys([MODES, preSharedKey(many)]), server).expectAlert(illegal_parameter, /2048 is the most/, false);
  });

  it("without psk_key_exchange_modes", () => {
    bench.run(withKeys([preSharedKey([{}])]), server).expectAlert(missing_extension, /psk_key_exchange_modes/, false);
    bench.run(withKeys([preSharedKey([{}])]), {}).expectAlert(missing_extension, /psk_key_exchange_modes/, false);
  });

  it("modes that nobody knows, or none in common: a full handshake, or none", () => {
    for (const modes of [
      [1, 0],
      [1, 7],
      [3, 2, 0, 255],
    ]) {
      bench.open(withKeys([extension(45, modes), preSharedKey([{}])]), server);
      bench.run(withKeys([extension(45, modes), preSharedKey([{}])]), keysOnly).expectAlert(handshake_failure, /none of its/, false);
    }
    expect(psk.modes).to.equal(PSK_DHE_KE);
  });

  it("not the last extension", () => {
    bench.run(withKeys([MODES, preSharedKey([{}]), extension(0x5a5a, [])]), server).expectAlert(illegal_parameter, /not the last/, false);
    bench.run(withKeys([preSharedKey([{}]), MODES]), {}).expectAlert(illegal_parameter, /not the last/, false);
  });

  it("twice", () => {
    const twice = [MODES, preSharedKey([{}]), preSharedKey([{}])];
    bench.run(withKeys(twice), server).expectAlert(illegal_parameter, null, false);
    bench.run(withKeys([MODES, MODES, preSharedKey([{}])]), server).expectAlert(illegal_parameter, /twice/, false);
  });

  const bodies: readonly (readonly [string, Extension, number])[] = [
    ["no identity", preSharedKey([]), decode_error],
    ["an empty identity", preSharedKey([{ name: new Uint8Array(0) }]), decode_error],
    ["a binder too few", preSharedKey([{}, {}], [{}]), illegal_parameter],
    ["a binder too many", preSharedKey([{}], [{}, {}]), illegal_parameter],
    ["no binder", preSharedKey([{}], []), decode_error],
    ["a binder of 31 bytes", preSharedKey([{ binder: new Uint8Array(31) }]), decode_error],
    ["nothing", extension(41, []), decode_error],
    ["bytes behind the binders", extension(41, concat(preSharedKey([{}]).body, [0])), decode_error],
    ["cut", extension(41, preSharedKey([{}]).body.slice(0, -1)), decode_error],
    ["identities whose length does not fit", extension(41, concat([0, 1], preSharedKey([{}]).body.slice(2))), decode_error],
    [
      "an age that is cut",
      extension(41, concat(vector16(concat(vector16(new Uint8Array(4)), [0, 0, 0])), vector16(vector8(new Uint8Array(32))))),
      decode_error,
    ],
  ];
  for (const [name, body, alert] of bodies)
    it(`${name}, whatever the server does with keys`, () => {
      for (const parts of [server, keysOnly, {}]) bench.run(withKeys([MODES, body]), parts).expectAlert(alert, null, false);
    });

  const modes: readonly (readonly [string, readonly number[]])[] = [
    ["empty", []],
    ["an empty list", [0]],
    ["cut", [2, 1]],
    ["longer", [1, 1, 0]],
  ];
  for (const [name, body] of modes)
    it(`psk_key_exchange_modes: ${name}`, () => {
      bench.run(withKeys([extension(45, body)]), server).expectAlert(decode_error, null, false);
    });

  it("every truncation of the binders' list", () => {
    const whole = preSharedKey([{}, {}]).body;
    for (let length = 0; length < whole.length; length += ON_XS ? 17 : 1) {
      const pair = bench.run(withKeys([MODES, extension(41, whole.slice(0, length))]), server);
      pair.expectAlert([decode_error, illegal_parameter], null, false);
    }
  });

  it("signature_algorithms left out is fine only as long as a key is taken", () => {
    bench
      .run(withKeys([MODES, preSharedKey([{}])], { schemes: null }), server)
      .expectAlert(missing_extension, /signature_algorithms/, false);
  });

  it("key_share and supported_groups: both or none", () => {
    bench.run(withKeys([MODES, preSharedKey([{}])], { groups: null }), server).expectAlert(missing_extension, /supported_groups/, false);
    bench.run(withKeys([MODES, preSharedKey([{}])], { shares: null }), server).expectAlert(missing_extension, /key_share/, false);
  });

  it("tickets are given to who says that it resumes, and to nobody else", () => {
    const given = (last: readonly Extension[], parts = server): number => {
      const pair = bench.open(withKeys(last), parts);
      return pair.client.tickets;
    };
    expect(given([])).to.equal(0);
    expect(given([MODES])).to.equal(1);
    expect(given([extension(45, [1, 0])])).to.equal(0);
    expect(given([MODES], { tickets: new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("t")), { count: 3 }) })).to.equal(3);
  });
});

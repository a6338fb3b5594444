// Every suite with every group of the full profile: our client and our server, each with the scripted peer, then with each other.
import { expect } from "chai";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import { full } from "../../src/profiles/full.js";
import { ascii, text } from "../peer/bytes.js";
import { BothBench, pieces } from "./both.js";
import { clientIdentity } from "./client-fixture.js";
import { memoProvider } from "./memo-provider.js";
import { Bench } from "./pair.js";
import { ServerBench } from "./server-pair.js";
import { identityOf } from "./signer.js";

describe("every suite with every group", function () {
  this.timeout(120000);
  const clients = new Bench();
  const servers = new ServerBench();
  const both = new BothBench();
  const all = memoProvider(full, both.memo);

  for (const suite of all.suites)
    for (const group of all.groups) {
      const provider: CryptoProvider = { ...all, suites: [suite], groups: [group] };
      const name = `${suite.name}, ${group.name}`;

      it(`${name}: client`, () => {
        const pair = clients.open({ echo: true, tickets: 1 }, { provider });
        expect(pair.client.suite!.id).to.equal(suite.id);
        expect(pair.write(ascii("ping"))).to.equal(true);
        pair.server.keyUpdate(1);
        pair.client.updateKeys(false);
        pair.run();
        expect(pair.write(ascii("pong"))).to.equal(true);
        expect(text(pair.received)).to.equal("pingpong");
        expect(pair.server.problems).to.deep.equal([]);
      });

      it(`${name}: server`, () => {
        for (const shares of [[group.id], []]) {
          const pair = servers.open(
            { suites: [suite.id], groups: [group.id], shares, echo: true, identity: clientIdentity() },
            { provider, host: servers.asked(true), cookies: { key: new Uint8Array(32), lifetime: 9 } },
          );
          expect(pair.server.group!.id).to.equal(group.id);
          pair.client.keyUpdate(1);
          pair.server.updateKeys(true);
          pair.run();
          expect(pair.write(ascii("ping"))).to.equal(true);
          expect(text(pair.received)).to.equal("ping");
          expect(pair.client.problems).to.deep.equal([]);
        }
      });

      it(`${name}: client and server`, () => {
        const one = both.opened({
          client: { provider, identities: [identityOf(both.crypto, clientIdentity())] },
          server: { provider, host: both.asked(true) },
          toServer: pieces(50),
          toClient: pieces(70),
        });
        one.client.updateKeys(true);
        one.server.updateKeys(true);
        one.write(one.client, ascii("up"));
        one.write(one.server, ascii("down"));
        expect(text(one.serverReceived) + text(one.clientReceived)).to.equal("updown");
      });
    }
});

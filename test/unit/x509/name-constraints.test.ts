import { expect } from "chai";
import { ConstraintCheck } from "../../../src/x509/name-constraints.js";
import * as der from "../../support/der.js";
import * as pki from "../../support/pki.js";
import { chainConfig, outcome } from "./verify.js";

type Kind = "dns" | "ip" | "email" | "uri" | "dir";

const TAGS = { dns: 2, ip: 7, email: 1, uri: 6 } as const;

/** A GeneralName from its text; an address, or address and mask, as hexadecimal digits; a directory name as "C=CH/O=Thimble". */
function general(kind: Kind, text: string): Uint8Array {
  if (kind === "dir") return der.explicit(4, name(text));
  return der.implicit(TAGS[kind], kind === "ip" ? der.fromHex(text) : der.ascii(text));
}

const TYPES: Readonly<Record<string, string>> = { C: "2.5.4.6", O: "2.5.4.10", CN: "2.5.4.3", E: "1.2.840.113549.1.9.1" };

function name(text: string, string: (text: string) => Uint8Array = der.utf8String): Uint8Array {
  const parts = text === "" ? [] : text.split("/");
  return der.sequence(
    ...parts.map((part) => {
      const [type, value] = part.split("=") as [string, string];
      return der.set(der.sequence(der.oid(TYPES[type]!), string(value)));
    }),
  );
}

const trees = (tag: number, bases: readonly Uint8Array[]): Uint8Array =>
  bases.length === 0 ? new Uint8Array(0) : der.explicit(tag, ...bases.map((base) => der.sequence(base)));

/** Content of nameConstraints. */
function constraints(permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): Uint8Array {
  return der.concat(trees(0, permitted), trees(1, excluded));
}

function content(element: Uint8Array): Uint8Array {
  return element.slice(element[1]! < 0x80 ? 2 : 2 + (element[1]! & 0x7f));
}

/** Names as the reader keeps them. */
function stored(subject: Uint8Array | null, ...names: readonly Uint8Array[]): Uint8Array {
  const all = subject ? [subject, ...names] : names;
  return der.concat(...all.map((one) => entry(one[0]!, content(one))));
}

function entry(tag: number, bytes: Uint8Array): Uint8Array {
  return der.concat(Uint8Array.of(tag, bytes.length >> 8, bytes.length & 255), bytes);
}

function refusal(bytes: Uint8Array, names: Uint8Array, comparisons = 100): string {
  // Somewhere inside a larger array.
  const whole = der.concat(Uint8Array.of(0x82, 0, 1, 0x78), names, Uint8Array.of(0x82, 0, 1, 0x78));
  return new ConstraintCheck(comparisons).refusal(bytes, whole, 4, 4 + names.length);
}

/** How a subtree takes a name: as permitted and as excluded one. */
function verdicts(kind: Kind, base: string, text: string): string {
  const store = stored(null, general(kind, text));
  const short = (reason: string): string =>
    reason === "" ? "pass" : reason.includes("can't be applied") ? "unclear" : reason.includes("malformed") ? "malformed" : "refused";
  return `${short(refusal(constraints([general(kind, base)]), store))} ${short(refusal(constraints([], [general(kind, base)]), store))}`;
}

const INSIDE = "pass refused";
const OUTSIDE = "refused pass";
const UNCLEAR = "unclear unclear";

describe("x509/name-constraints", () => {
  const table = (kind: Kind, rows: readonly (readonly [string, string, string])[]): void => {
    it(`holds ${kind} names`, () => {
      for (const [base, text, result] of rows) expect(verdicts(kind, base, text), `${text} under ${base}`).to.equal(result);
    });
  };

  table("dns", [
    ["example.com", "example.com", INSIDE],
    ["example.com", "A.Example.COM", INSIDE],
    ["EXAMPLE.com", "a.b.example.com", INSIDE],
    ["example.com", "xexample.com", OUTSIDE],
    ["example.com", "example.com.evil", OUTSIDE],
    ["example.com", "com", OUTSIDE],
    ["a.example.com", "example.com", OUTSIDE],
    [".example.com", "a.example.com", INSIDE],
    [".example.com", "example.com", OUTSIDE],
    ["", "anything.example", INSIDE],
    ["example.com", "*.example.com", INSIDE],
    ["example.com", "*.a.example.com", INSIDE],
    ["example.com", "*.com", "refused refused"],
    ["a.example.com", "*.example.com", "refused refused"],
    ["b.a.example.com", "*.example.com", "refused refused"],
    [".example.com", "*.example.com", INSIDE],
    ["example.org", "*.example.com", OUTSIDE],
    ["example.com", "a..example.com", UNCLEAR],
    ["example.com", ".example.com", UNCLEAR],
    ["example.com", "a.example.com.", UNCLEAR],
    ["example.com", "", UNCLEAR],
    ["example.com", "a b.example.com", UNCLEAR],
    ["example.com", "a\0.example.com", UNCLEAR],
    ["example.com", "a.*.example.com", UNCLEAR],
    ["example.com", `${"a".repeat(64)}.example.com`, UNCLEAR],
    ["exa mple.com", "example.com", UNCLEAR],
  ]);

  table("ip", [
    ["c0000200ffffff00", "c0000207", INSIDE],
    ["c0000200ffffff00", "c0000307", OUTSIDE],
    ["c0000207ffffffff", "c0000207", INSIDE],
    ["c0000206fffffffe", "c0000207", INSIDE],
    ["0000000000000000", "c0000207", INSIDE],
    ["0000000000000000", "20010db8000000000000000000000007", OUTSIDE],
    [`20010db8${"00".repeat(12)}ffffffff${"00".repeat(12)}`, "20010db8000000000000000000000007", INSIDE],
    [`20010db8${"00".repeat(12)}ffffffff${"00".repeat(12)}`, "c0000207", OUTSIDE],
    ["c0000200ff00ff00", "c0000207", UNCLEAR],
    ["c0000200ffffff01", "c0000207", UNCLEAR],
    ["c0000200", "c0000207", UNCLEAR],
    ["c0000200ffffff", "c0000207", UNCLEAR],
    ["", "c0000207", UNCLEAR],
  ]);

  table("email", [
    ["a@example.com", "a@EXAMPLE.com", INSIDE],
    ["a@example.com", "A@example.com", OUTSIDE],
    ["a@example.com", "b@example.com", OUTSIDE],
    ["example.com", "a@example.com", INSIDE],
    ["example.com", "a@x.example.com", OUTSIDE],
    [".example.com", "a@x.example.com", INSIDE],
    [".example.com", "a@example.com", OUTSIDE],
    ["example.com", "example.com", UNCLEAR],
    ["example.com", "@example.com", UNCLEAR],
    ["example.com", "a@b@example.com", UNCLEAR],
    ["example.com", '"a@x"@example.com', UNCLEAR],
    ["example.com", "a@", UNCLEAR],
  ]);

  table("uri", [
    ["example.com", "https://example.com/", INSIDE],
    ["example.com", "https://user:pw@Example.COM:8443/path?x#y", INSIDE],
    ["example.com", "https://x.example.com", OUTSIDE],
    [".example.com", "https://x.example.com?q", INSIDE],
    ["example.com", "https://example.com.evil/", OUTSIDE],
    ["example.com", "https://evil/@example.com", OUTSIDE],
    ["example.com", "https://192.0.2.7/", UNCLEAR],
    ["example.com", "https://[2001:db8::7]/", UNCLEAR],
    ["example.com", "mailto:a@example.com", UNCLEAR],
    ["example.com", "example.com", UNCLEAR],
    ["example.com", "https:///x", UNCLEAR],
    ["example.com", "urn:x", UNCLEAR],
    ["", "https://example.com/", INSIDE],
  ]);

  table("dir", [
    ["C=CH/O=Thimble", "C=CH/O=Thimble/CN=x", INSIDE],
    ["C=CH/O=Thimble", "C=ch/O=  THIMBLE /CN=x", INSIDE],
    ["C=CH/O=Thim ble", "C=CH/O=Thim   ble", INSIDE],
    ["C=CH/O=Thim ble", "C=CH/O=Thimble", OUTSIDE],
    ["C=CH/O=Thimble", "C=CH/O=Thimbles", OUTSIDE],
    ["C=CH/O=Thimble", "C=CH", OUTSIDE],
    ["C=CH/O=Thimble", "O=Thimble/C=CH", OUTSIDE],
    ["C=CH/O=Thimble", "C=CH/CN=Thimble", OUTSIDE],
    ["", "C=CH/O=Thimble", INSIDE],
  ]);

  it("holds subjects, whatever their kind of string, and mailboxes in them", () => {
    const printable = stored(name("C=CH/O=Thimble/E=a@example.org", der.printableString));
    expect(refusal(constraints([general("dir", "C=CH/O=Thimble")]), printable)).to.equal("");
    expect(refusal(constraints([], [general("dir", "C=CH/O=Thimble")]), printable)).to.equal(
      "its nameConstraints exclude a directory name",
    );
    expect(refusal(constraints([general("email", "example.com")]), printable)).to.equal(
      'its nameConstraints do not permit the mailbox "a@example.org"',
    );
    const bmp = stored(name("O=Thimble", (text) => der.tlv(0x1e, der.ascii(text))));
    expect(refusal(constraints([general("dir", "O=Thimble")]), bmp)).to.equal("its nameConstraints do not permit a directory name");
  });

  it("wants one of the permitted subtrees, and none of the excluded", () => {
    const two = constraints([general("dns", "example.com"), general("dns", "example.org")], [general("dns", "a.example.com")]);
    expect(refusal(two, stored(null, general("dns", "b.example.com"), general("dns", "example.org")))).to.equal("");
    expect(refusal(two, stored(null, general("dns", "b.example.com"), general("dns", "example.net")))).to.equal(
      'its nameConstraints do not permit the DNS name "example.net"',
    );
    expect(refusal(two, stored(null, general("dns", "x.a.example.com")))).to.equal(
      'its nameConstraints exclude the DNS name "x.a.example.com"',
    );
    expect(refusal(two, stored(null, general("ip", "c0000207")))).to.equal("");
  });

  it("refuses names of kinds that it does not understand where there are constraints on them", () => {
    const other = der.explicit(0, der.oid("1.2.3"), der.explicit(0, der.utf8String("x")));
    const store = stored(null, general("dns", "example.com"));
    expect(refusal(constraints([other]), store)).to.equal("");
    expect(refusal(constraints([other]), der.concat(store, entry(0xa0, new Uint8Array(0))))).to.equal(
      "its nameConstraints can't be applied to a name of kind 0",
    );
    expect(refusal(constraints([general("dns", "example.com")]), store)).to.equal("");
  });

  it("refuses constraints that are malformed, or have a minimum or maximum", () => {
    const store = stored(null, general("dns", "example.com"));
    const base = general("dns", "example.com");
    for (const bytes of [
      der.explicit(2, der.sequence(base)),
      der.concat(der.explicit(1, der.sequence(base)), der.explicit(0, der.sequence(base))),
      der.concat(der.explicit(0, der.sequence(base)), der.explicit(0, der.sequence(base))),
      der.explicit(0),
      der.explicit(0, base),
      der.explicit(0, der.sequence()),
      der.explicit(0, der.sequence(base)).slice(0, -1),
      Uint8Array.of(0xa0),
      Uint8Array.of(0xa0, 0x82, 0xff),
      Uint8Array.of(0xa0, 4, 0x30, 9, 0x82, 0),
      Uint8Array.of(0xa0, 4, 0x30, 2, 0x82, 9),
    ]) {
      expect(refusal(bytes, store), der.toHex(bytes)).to.equal("its nameConstraints are malformed");
    }
    expect(refusal(der.explicit(0, der.sequence(base, der.implicit(0, Uint8Array.of(0)))), store)).to.equal(
      "its nameConstraints have a minimum or maximum",
    );
    const broken = der.explicit(4, der.sequence(der.sequence(der.oid("2.5.4.3"))));
    expect(refusal(der.explicit(1, der.sequence(broken)), stored(name("CN=x")))).to.match(/can't be applied to a directory name/);
  });

  it("never hangs or throws for damaged constraints", () => {
    const whole = constraints(
      [general("dns", "example.com"), general("dir", "C=CH/O=Thimble"), general("ip", "c0000200ffffff00")],
      [general("email", ".example.com"), general("uri", "example.org")],
    );
    const store = stored(
      name("C=CH/O=Thimble/E=a@b"),
      general("dns", "a.example.com"),
      general("uri", "https://x/"),
      general("ip", "c0000207"),
    );
    for (let at = 0; at < whole.length; at++) {
      for (const octet of [0, 1, 0x30, 0x7f, 0x80, 0x82, 0x84, 0xff]) {
        const damaged = whole.slice();
        damaged[at] = octet;
        expect(refusal(damaged, store)).to.be.a("string");
      }
      expect(refusal(whole.slice(0, at), store)).to.be.a("string");
    }
  });

  it("stops at the number of comparisons that are allowed", () => {
    const many = new Array<Uint8Array>(50).fill(general("dns", "example.com"));
    const names = stored(null, ...new Array<Uint8Array>(50).fill(general("dns", "a.example.com")));
    expect(refusal(constraints(many), names, 2500)).to.equal("");
    expect(refusal(constraints(many), names, 2499)).to.equal("its nameConstraints need more comparisons than are allowed");
    // Constraints on another kind of name are no way around it.
    const others = new Array<Uint8Array>(50).fill(general("uri", "example.com"));
    expect(refusal(constraints(others), names, 2500)).to.equal("");
    expect(refusal(constraints(others), names, 2499)).to.equal("its nameConstraints need more comparisons than are allowed");
  });
});

describe("x509/chain with nameConstraints", () => {
  const limit = (bytes: Uint8Array, critical = true): Uint8Array => pki.extension("2.5.29.30", der.sequence(bytes), critical);
  const issuer = (bytes: Uint8Array, ...more: readonly Uint8Array[]): Partial<pki.CertificateFields> => ({
    extensions: [...pki.issuerExtensions(), limit(bytes), ...more],
  });
  const chain = (options: pki.ChainOptions, config: Parameters<typeof chainConfig>[1] = {}): string => {
    const made = pki.makeChain(options);
    return outcome(made.chain, chainConfig([made.anchor], config));
  };
  const example = constraints([general("dns", "example")]);
  const other = constraints([general("dns", "other.example")]);

  it("applies those of every issuer to all below it", () => {
    for (const intermediates of [1, 2, 5]) {
      for (let i = 0; i < intermediates; i++) {
        const issuers: Partial<pki.CertificateFields>[] = [];
        for (let k = 0; k < intermediates; k++) issuers.push(k === i ? issuer(other) : issuer(example));
        expect(chain({ intermediates, issuers })).to.equal(
          `bad_certificate: issuer ${i + 1}: its nameConstraints do not permit the DNS name "device.example"`,
        );
      }
      expect(chain({ intermediates, issuers: [issuer(example)] })).to.equal("valid");
    }
    expect(chain({ issuers: [{ extensions: [...pki.issuerExtensions(), limit(other, false)] }] })).to.match(/do not permit/);
  });

  it("applies them to names of issuers, but not of those that are self-issued, nor to names above", () => {
    const san = pki.subjectAltName(pki.dnsName("issuer.test"));
    const withName = { extensions: [...pki.issuerExtensions(), san] };
    expect(chain({ intermediates: 2, issuers: [withName, issuer(example)] })).to.equal(
      'bad_certificate: issuer 2: its nameConstraints do not permit the DNS name "issuer.test"',
    );
    expect(chain({ intermediates: 2, issuers: [issuer(example), withName] })).to.equal("valid");
    expect(chain({ issuers: [issuer(example, san)] })).to.equal("valid");
    const roll = pki.commonName("Test Issuer 2");
    const selfIssued = { ...withName, subject: roll, issuer: roll, signer: pki.testKey("issuer 2") };
    expect(chain({ intermediates: 2, leaf: { issuer: roll }, issuers: [selfIssued, issuer(example)] })).to.equal("valid");
  });

  it("applies them to a leaf that is self-issued", () => {
    const subject = pki.commonName("Test Issuer 1");
    expect(chain({ leaf: { subject }, issuers: [issuer(other)] })).to.match(/do not permit the DNS name "device.example"/);
  });

  it("refuses where names were not kept, and only where there are constraints", () => {
    const names = [pki.dnsName("device.example"), ...new Array<Uint8Array>(60).fill(pki.dnsName("another.device.example"))];
    expect(chain({ names })).to.equal("valid");
    const reason = (limit: number): string =>
      `unsupported_certificate: issuer 1: it has nameConstraints, but not all names below it were kept: at most ${limit} octets are`;
    expect(chain({ names, issuers: [issuer(example)] })).to.equal(reason(1024));
    expect(chain({ names, issuers: [issuer(example)] }, { maxNameLength: 4000 })).to.equal("valid");
    expect(chain({ issuers: [issuer(example)] }, { maxNameLength: 20 })).to.equal(reason(20));
    // What was kept may still tell more.
    const subject = der.sequence(
      ...new Array<Uint8Array>(40).fill(der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String("a long name indeed")))),
    );
    expect(chain({ leaf: { subject }, issuers: [issuer(example)] })).to.equal(reason(1024));
  });

  it("refuses constraints that are too long, or need too many comparisons", () => {
    const many = constraints(new Array<Uint8Array>(140).fill(general("dns", "example")));
    expect(chain({ issuers: [issuer(many)] })).to.equal("valid");
    expect(chain({ issuers: [issuer(many)] }, { maxConstraintLength: 1000 })).to.match(
      /^unsupported_certificate: issuer 1: its nameConstraints have \d+ octets, at most 1000 are kept$/,
    );
    expect(chain({ issuers: [issuer(many)] }, { maxComparisons: 100 })).to.equal(
      "bad_certificate: issuer 1: its nameConstraints need more comparisons than are allowed",
    );
  });
});

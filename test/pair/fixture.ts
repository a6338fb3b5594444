// A fixed certificate chain on P-256, made once with `openssl ca`: handshakes with it repeat byte by byte. The private key is a test key.
import { sha256 } from "@noble/hashes/sha2.js";
import type { TrustAnchor, TrustStore } from "../../src/x509/trust.js";
import { equal, unhex } from "../peer/bytes.js";
import type { PeerIdentity } from "../peer/scripted-server.js";

/** Names of the leaf; also *.wild.test and the address 192.0.2.1. */
export const SERVER_NAME = "server.test";
export const SERVER_ADDRESS = "192.0.2.1";

/** 2030-01-01, when all is valid; the leaf holds from 2025-01-01 to 2035-01-01, the intermediate from 2024 to 2048. */
export const NOW = 1893456000;
export const BEFORE_LEAF = 1735689599;
export const AFTER_LEAF = 2051222401;

const LEAF =
  "308201e930820190a003020102021454bb963e0cef28dbb9382d49fa2078d3bdb411f7300a06082a8648ce3d04030230273125302306035504030c1c7468696d" +
  "626c65206669787475726520696e7465726d656469617465301e170d3235303130313030303030305a170d3335303130313030303030305a301f311d301b0603" +
  "5504030c147468696d626c652066697874757265206c6561663059301306072a8648ce3d020106082a8648ce3d030107034200048abc4f4a374f3a910a4ec4de" +
  "a6f256949324dfd0d6a32bb650afd8a6d9e2d55d63c98beba5ea4809c29169a40ecbba3e3a7d8f2e0a6c4e056d289408b20231eba381a130819e300c0603551d" +
  "130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b06010505070301301d0603551d0e0416041440f72452ed74d51f" +
  "6a019aa6534f5ef90d03f0b4301f0603551d23041830168014337736f96741ad8c4a584a8fb2a25aa2c6c5850d30290603551d1104223020820b736572766572" +
  "2e74657374820b2a2e77696c642e746573748704c0000201300a06082a8648ce3d040302034700304402207794895831dd82eaa44ac2f56e70fda5f8de797445" +
  "58236e3ce0b52353709d9902200f389a2691d967fc7b5ab791b55f995c5189c95811e43f0c074a8deb406974e9";

const INTERMEDIATE =
  "308201af30820154a00302010202141391bfa3f346ac439f610122c75b254727aad256300a06082a8648ce3d040302301f311d301b06035504030c147468696d" +
  "626c65206669787475726520726f6f74301e170d3234303130313030303030305a170d3438303130313030303030305a30273125302306035504030c1c746869" +
  "6d626c65206669787475726520696e7465726d6564696174653059301306072a8648ce3d020106082a8648ce3d030107034200046122d591ed41efcc51ecd8cd" +
  "14222ccd8ef588e4ae55aa2a7a38fa6508906182bed736b623214ee80cf785d80c873a6178ded025fe012a741077ebe4a06cdd51a366306430120603551d1301" +
  "01ff040830060101ff020100300e0603551d0f0101ff040403020106301d0603551d0e04160414337736f96741ad8c4a584a8fb2a25aa2c6c5850d301f060355" +
  "1d23041830168014b5331d999ebec6662a498ddc002890039bd0b416300a06082a8648ce3d0403020349003046022100ed49136f2d344063bd88187566dacd3d" +
  "0cb20452d8089c5ab490cc01ee4fd971022100bdc42467d63267bc9dfd8031011a2312219e49b690c99c98f4af89773fae09ca";

const LEAF_KEY = "056c70c4a7679c118c15a448b36e54ff5e1fecddcb14fd8bcbac2a39f3bb094e";

/** Subject and SubjectPublicKeyInfo of the root. */
const ROOT_NAME = "301f311d301b06035504030c147468696d626c65206669787475726520726f6f74";
const ROOT_KEY =
  "3059301306072a8648ce3d020106082a8648ce3d0301070342000437a2cd240409316dcd12786d99dab0278c766e558c47b2ee537c86c76b967e204c49e24ea4" +
  "13857dc58dd0ec8eb721583b18325ede0a111d5e7d7a13bd737a67";

/** Subject and SubjectPublicKeyInfo of a root that signed nothing here. */
const OTHER_NAME = "3020311e301c06035504030c157468696d626c652066697874757265206f74686572";
const OTHER_KEY =
  "3059301306072a8648ce3d020106082a8648ce3d030107034200047f9c9b130f0430fbb50ad573646ac50b1d17ee3994c1ae183955bc4ebc792ad744d15e626d" +
  "d2aafc69aa6bfaa314edee7d356aa71c394626ffb4d3f5a9e6849d";

/** Leaf and intermediate with the leaf's key. */
export function fixtureIdentity(): PeerIdentity {
  return { chain: [unhex(LEAF), unhex(INTERMEDIATE)], privateKey: unhex(LEAF_KEY) };
}

/** A trust store of a few anchors. */
export function trustOf(...anchors: readonly TrustAnchor[]): TrustStore {
  return {
    find(hash, offset, nth) {
      let left = nth;
      for (const anchor of anchors) if (equal(anchor.nameHash, hash.slice(offset, offset + 32)) && left-- === 0) return anchor;
      return null;
    },
  };
}

export function rootAnchor(): TrustAnchor {
  return { nameHash: sha256(unhex(ROOT_NAME)), publicKeyInfo: unhex(ROOT_KEY) };
}

export function otherAnchor(): TrustAnchor {
  return { nameHash: sha256(unhex(OTHER_NAME)), publicKeyInfo: unhex(OTHER_KEY) };
}

/** The name of the root that signed with the key of another. */
export function impostorAnchor(): TrustAnchor {
  return { nameHash: sha256(unhex(ROOT_NAME)), publicKeyInfo: unhex(OTHER_KEY) };
}

import { secp384r1 as SECP384R1_ID } from "../../constants.js";
import type { KeyExchange, NamedGroup } from "../provider.js";
import { EcdhExchange } from "./ecdh-exchange.js";
import { p384 } from "./p384.js";

export const secp384r1: NamedGroup = {
  id: SECP384R1_ID,
  name: "secp384r1",
  publicLength: 97,
  secretLength: 48,
  create(): KeyExchange {
    return new EcdhExchange(p384);
  },
};

import { measureChain } from "./chain-verify.js";

measureChain();

/** Before a name that is looked up, where the wire's CONNECT has an address: what is received then is the answer of sim/network/gateway.ts. */
export const LOOK_UP = "?";

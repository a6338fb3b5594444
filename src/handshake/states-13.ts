/** States of TLS 1.3 (RFC 9846 Appendix A), and those in which we wait for work of our own, for room to send, or for the outside. */
export const WAIT_SH = 1;
export const WAIT_EE = 2;
export const WAIT_CERT_CR = 3;
export const WAIT_CERT = 4;
export const WAIT_CV = 5;
export const WAIT_FINISHED = 6;
export const CONNECTED = 7;
/** The server's START: it waits for a ClientHello. */
export const WAIT_CH = 8;

/** Our key share is being made; the shared secret is being made. */
export const GENERATE_SHARE = 16;
export const AGREE = 17;
/** Signatures of the peer are being checked. */
export const CHECK_CERT = 18;
export const CHECK_CV = 19;
/** The server looks up the virtual server for the name that the client sent. */
export const FIND_HOST = 20;
/** Our messages are going out. */
export const SEND_RETRY = 21;
export const SEND_SH = 22;
export const SEND_EE = 23;
export const SEND_CR = 24;
export const SEND_CERT = 25;
export const SIGN = 26;
export const SEND_CV = 27;
export const SEND_FINISHED = 28;
/** Keys are being made: handshake secrets, their keys; application secrets' keys for reading and for writing. */
export const DERIVE = 29;
export const PROTECT = 30;
export const READ_KEYS = 31;
export const WRITE_KEYS = 32;
/** The server looks up the pre-shared keys that the client offers; its tickets are going out. */
export const FIND_KEY = 40;
export const SEND_TICKET = 41;

export function stateName13(state: number): string {
  switch (state) {
    case WAIT_SH:
      return "WAIT_SH";
    case WAIT_EE:
      return "WAIT_EE";
    case WAIT_CERT_CR:
      return "WAIT_CERT_CR";
    case WAIT_CERT:
    case CHECK_CERT:
      return "WAIT_CERT";
    case WAIT_CV:
    case CHECK_CV:
      return "WAIT_CV";
    case WAIT_FINISHED:
      return "WAIT_FINISHED";
    case CONNECTED:
      return "CONNECTED";
    case WAIT_CH:
    case GENERATE_SHARE:
      return "START";
    default:
      return "NEGOTIATED";
  }
}

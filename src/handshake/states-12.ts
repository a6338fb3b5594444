/** States of TLS 1.2 (RFC 5246 §7.3), and those in which we wait for work of our own, for room to send, or for the outside. */
export const WAIT_SH = 1;
export const WAIT_CERT = 2;
export const WAIT_SKE = 4;
export const WAIT_CR = 5;
export const WAIT_SHD = 6;
/** A NewSessionTicket was promised (RFC 5077 §3.3). */
export const WAIT_TICKET = 7;
export const WAIT_CCS = 8;
export const WAIT_FINISHED = 9;
export const CONNECTED = 10;
export const WAIT_CH = 11;
export const WAIT_CKE = 12;
/** The client's CertificateVerify. */
export const WAIT_CV = 13;

/** Signatures of the peer are being checked. */
export const CHECK_CERT = 16;
export const CHECK_SKE = 17;
export const CHECK_CV = 18;
/** The server looks up the virtual server for the name that the client sent. */
export const FIND_HOST = 19;
/** The pre-master secret is being made; then the master secret; then keys. */
export const EXCHANGE = 20;
export const DERIVE = 21;
export const PROTECT = 22;
/** Our messages are going out. */
export const SEND_CH = 23;
export const SEND_SH = 24;
export const SEND_CERT = 25;
export const SIGN = 26;
export const SEND_SKE = 27;
export const SEND_CR = 28;
export const SEND_SHD = 29;
export const SEND_CKE = 30;
export const SEND_CV = 31;
export const SEND_TICKET = 32;
export const SEND_CCS = 33;
export const SEND_FINISHED = 34;
/** The server's key of the exchange is being made. */
export const PREPARE = 35;
/** The status of the server's certificate is being checked. */
export const CHECK_STATUS = 36;
/** The server looks up the session that the client offers. */
export const FIND_SESSION = 37;

export function stateName12(state: number): string {
  switch (state) {
    case SEND_CH:
    case WAIT_SH:
      return "WAIT_SH";
    case WAIT_CERT:
    case CHECK_CERT:
      return "WAIT_CERT";
    case WAIT_SKE:
    case CHECK_SKE:
    case CHECK_STATUS:
      return "WAIT_SKE";
    case WAIT_CR:
      return "WAIT_CR";
    case WAIT_SHD:
      return "WAIT_SHD";
    case WAIT_TICKET:
      return "WAIT_TICKET";
    case WAIT_CCS:
      return "WAIT_CCS";
    case WAIT_FINISHED:
      return "WAIT_FINISHED";
    case CONNECTED:
      return "CONNECTED";
    case WAIT_CH:
      return "START";
    case WAIT_CKE:
      return "WAIT_CKE";
    case WAIT_CV:
    case CHECK_CV:
      return "WAIT_CV";
    default:
      return "NEGOTIATED";
  }
}

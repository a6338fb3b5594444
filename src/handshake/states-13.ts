/** States of the TLS 1.3 client (RFC 9846 Appendix A.1), and those in which we wait for our own work. */
export const GENERATE_SHARE = 0;
export const WAIT_SH = 1;
export const AGREE = 2;
export const WAIT_EE = 3;
export const WAIT_CERT_CR = 4;
export const WAIT_CERT = 5;
export const CHECK_CERT = 6;
export const WAIT_CV = 7;
export const CHECK_CV = 8;
export const WAIT_FINISHED = 9;
export const CONNECTED = 10;

export function stateName13(state: number): string {
  switch (state) {
    case GENERATE_SHARE:
      return "START";
    case WAIT_SH:
    case AGREE:
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
    default:
      return "CONNECTED";
  }
}

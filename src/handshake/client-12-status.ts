import { TLSAlert, unexpected_message } from "../alert.js";
import { DONE } from "../crypto/provider.js";
import type { FollowingStatus } from "../x509/following-status.js";
import type { ClientHandshake12 } from "./client-12.js";
import { afterCertificate } from "./client-12-auth.js";
import type { StreamReader } from "./handshake.js";
import * as S from "./states-12.js";

type H = ClientHandshake12;

/** Reads a CertificateStatus (RFC 6066 §8) as its bytes arrive. */
class CertificateStatusReader implements StreamReader {
  private readonly status: FollowingStatus;

  constructor(status: FollowingStatus, length: number) {
    this.status = status;
    status.beginStatus(0, length);
  }

  get waiting(): boolean {
    return false;
  }

  push(bytes: Uint8Array, offset: number, length: number): number {
    this.status.pushStatus(bytes, offset, length);
    return length;
  }

  finish(): void {}
}

/** Once, right behind Certificate, and only where ServerHello announced it. */
export function readStatus(h: H, length: number): CertificateStatusReader {
  const { status } = h;
  if (status === null) throw new TLSAlert(unexpected_message, `${h.stateName}: a CertificateStatus may not come here`);
  return new CertificateStatusReader(status, length);
}

export function onStatus(h: H): number {
  if ((h.status as FollowingStatus).begin() !== DONE) return S.CHECK_STATUS;
  h.status = null;
  return h.state;
}

export function checkStatus(h: H, budget: number): number {
  if ((h.status as FollowingStatus).goOn(budget) !== DONE) return S.CHECK_STATUS;
  h.status = null;
  return afterCertificate(h);
}

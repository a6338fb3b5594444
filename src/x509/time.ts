/** Time of a certificate's validity (RFC 5280 §4.1.2.5): UTCTime and GeneralizedTime to seconds since 1970 and to text. */

/** Days from 1970-01-01 to the first of March of a year, in the calendar that is used for all years. */
function marchFirst(year: number): number {
  return year * 365 + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) - 719468;
}

function monthLength(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Seconds since 1970 (negative before), or NaN where a field is out of range. */
function seconds(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month) || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  // Years that begin in March: the leap day is the last day of a year.
  const shifted = month > 2 ? month - 3 : month + 9;
  const days = marchFirst(month > 2 ? year : year - 1) + Math.floor((153 * shifted + 2) / 5) + day - 1;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

/** Two decimal digits, or NaN. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/**
 * Seconds since 1970 of YYMMDDHHMMSSZ (13 octets, years 1950–2049) or YYYYMMDDHHMMSSZ (15 octets); NaN for any other form. RFC 5280 lets
 * GeneralizedTime begin with the year 2050; certificates that use it for earlier years are common and have only one meaning, so they pass.
 */
export function parseTime(bytes: Uint8Array, offset: number, length: number): number {
  if ((length !== 13 && length !== 15) || bytes[offset + length - 1] !== 0x5a) return Number.NaN;
  let at = offset;
  let year = pair(bytes, at);
  if (length === 15) {
    at += 2;
    year = year * 100 + pair(bytes, at);
  } else year += year < 50 ? 2000 : 1900;
  const month = pair(bytes, at + 2);
  const day = pair(bytes, at + 4);
  const hour = pair(bytes, at + 6);
  const minute = pair(bytes, at + 8);
  return seconds(year, month, day, hour, minute, pair(bytes, at + 10));
}

function digits(value: number, count: number): string {
  return `${value}`.padStart(count, "0");
}

/** As 2025-06-01T00:00:00Z. */
export function timeText(since1970: number): string {
  const days = Math.floor(since1970 / 86400);
  const rest = since1970 - days * 86400;
  let year = Math.floor((days + 719468) / 365.2425) + 1;
  while (marchFirst(year) > days) year--;
  const ofYear = days - marchFirst(year);
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  if (month < 3) year++;
  const hour = Math.floor(rest / 3600);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${digits(hour, 2)}:${digits(Math.floor(rest / 60) % 60, 2)}:${digits(rest % 60, 2)}Z`;
}

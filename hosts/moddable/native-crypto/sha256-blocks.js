// In place of src/crypto/xs/generated/sha256-blocks where the SDK serves with its C code. Compiled by the SDK's xsc alone.
//
// While the firmware is linked no native can be called, but preloaded modules of an app hash there: trust anchors, certificates of its own. For them,
// and for them alone, this computes with the few lines below. They also say what is wrong with arguments that C refuses.
const initial = native("xs_thimble_sha256_initial");
const blocks = native("xs_thimble_sha256_blocks");

const H = Object.freeze([1779033703, -1150833019, 1013904242, -1521486534, 1359893119, -1694144372, 528734635, 1541459225]);
const K = Object.freeze([1116352408, 1899447441, -1245643825, -373957723, 961987163, 1508970993, -1841331548, -1424204075, -670586216, 310598401, 607225278, 1426881987, 1925078388, -2132889090, -1680079193, -1046744716, -459576895, -272742522, 264347078, 604807628, 770255983, 1249150122, 1555081692, 1996064986, -1740746414, -1473132947, -1341970488, -1084653625, -958395405, -710438585, 113926993, 338241895, 666307205, 773529912, 1294757372, 1396182291, 1695183700, 1986661051, -2117940946, -1838011259, -1564481375, -1474664885, -1035236496, -949202525, -778901479, -694614492, -200395387, 275423344, 430227734, 506948616, 659060556, 883997877, 958139571, 1322822218, 1537002063, 1747873779, 1955562222, 2024104815, -2067236844, -1933114872, -1866530822, -1538233109, -1090935817, -965641998]);

export function sha256Initial(state) {
  try {
    initial(state);
  } catch {
    for (let i = 0; i < 8; i++) state.setInt32(4 * i, H[i]);
  }
}

export function sha256Blocks(state, from, to, message, offset, count) {
  try {
    blocks(state, from, to, message, offset, count);
  } catch {
    whileLinking(state, from, to, message, offset, count);
  }
}

function turn(x, n) {
  return (x >>> n) | (x << (32 - n));
}

/** FIPS 180-4 §6.2.2, word for word. */
function whileLinking(state, from, to, message, offset, count) {
  const h = H.map((_, i) => state.getInt32(from + 4 * i));
  const w = [];
  for (; count > 0; count--, offset += 64) {
    const v = h.slice();
    for (let i = 0; i < 64; i++) {
      if (i < 16) w[i] = message.getInt32(offset + 4 * i);
      else {
        const [x, y] = [w[i - 15], w[i - 2]];
        w[i] = (w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
      }
      const [a, b, c, , e, f, g] = v;
      const t = (v.pop() + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      v[3] = (v[3] + t) | 0;
      v.unshift((t + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0);
    }
    for (let i = 0; i < 8; i++) h[i] = (h[i] + v[i]) | 0;
  }
  for (let i = 0; i < 8; i++) state.setInt32(to + 4 * i, h[i]);
}

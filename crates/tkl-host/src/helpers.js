// The helpers in the scope of every script: check sums of downlinks, and the part of Node's `Buffer` that scripts use.
const crcSum = (bytes) => Array.from(bytes).reduce((sum, byte) => (sum + byte) & 0xff, 0);
const crc16 = (bytes, polynomial, start, reflected) => {
  let crc = start;
  for (const byte of Array.from(bytes)) {
    crc ^= reflected ? byte : byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      const isSet = reflected ? crc & 1 : crc & 0x8000;
      crc = reflected ? crc >>> 1 : (crc << 1) & 0xffff;
      if (isSet) crc ^= polynomial;
    }
  }
  return crc & 0xffff;
};
const crc16CCIT = (bytes) => crc16(bytes, 0x1021, 0xffff, false);
const crc16Modbus = (bytes) => crc16(bytes, 0xa001, 0xffff, true);
const utf8 = (text) => unescape(encodeURIComponent(text));
class Buffer extends Uint8Array {
  static from(value, encoding = "utf8") {
    if (typeof value !== "string") return super.from(value);
    if (encoding === "hex") return super.from(value.match(/../g) ?? [], (digits) => parseInt(digits, 16));
    if (encoding !== "utf8" && encoding !== "utf-8") throw new Error(`no Buffer of ${encoding} here`);
    return super.from(utf8(value), (character) => character.charCodeAt(0));
  }
  static alloc(length, fill = 0) {
    return new Buffer(length).fill(fill);
  }
  toString(encoding = "utf8") {
    if (encoding === "hex") return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (encoding !== "utf8" && encoding !== "utf-8") throw new Error(`no Buffer of ${encoding} here`);
    return decodeURIComponent(escape(String.fromCharCode(...this)));
  }
}

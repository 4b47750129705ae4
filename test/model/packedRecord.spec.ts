import assert from "node:assert/strict";
import { brotliCompressSync } from "node:zlib";

import { packRecord, unpackRecord } from "../../model/packedRecord.ts";
import { RecordError } from "../../model/schema/read.ts";
import { control, measurement, runRecord } from "../cli/records.ts";

const LONG = runRecord({
  samples: Array.from({ length: 400 }, (_none, place) =>
    place % 2 === 0
      ? measurement({ connection: place / 2 + 1, localPort: 40_000 + place })
      : control({ connection: (place + 1) / 2, localPort: 40_000 + place }),
  ),
});

describe("a packed record", () => {
  it("is read back, whether it is long or short", () => {
    assert.deepEqual(unpackRecord(packRecord(runRecord())), runRecord());
    const packed = packRecord(LONG);
    assert.match(packed, /"brotli"/);
    assert.deepEqual(unpackRecord(packed), LONG);
  });

  it("is refused in one line where it was cut, in text or before it was text", () => {
    const packed = packRecord(LONG);
    for (let length = 0; length < packed.length - 1; length += 1) {
      assert.throws(() => unpackRecord(packed.slice(0, length)), /^Error: it must be JSON, got /);
    }
    const { brotli, ...rest } = JSON.parse(packed) as { brotli: string[] };
    for (let lines = 0; lines < brotli.length; lines += 1) {
      assert.throws(
        () => unpackRecord(JSON.stringify({ ...rest, brotli: brotli.slice(0, lines) })),
        new RecordError("brotli can't be unpacked: unexpected end of file"),
      );
    }
  });

  it("is refused where it unpacks to more than any record", () => {
    const bomb = brotliCompressSync(Buffer.alloc(65 * 1024 * 1024, " ")).toString("base64");
    assert.throws(
      () => unpackRecord(JSON.stringify({ schemaVersion: 1, run: "1-a", brotli: [bomb] })),
      /^Error: brotli can't be unpacked: Cannot create a Buffer larger than 67108864 bytes$/,
    );
  });

  it("is refused where another thing is packed", () => {
    const brotli = [brotliCompressSync('{"schemaVersion":2}').toString("base64")];
    assert.throws(
      () => unpackRecord(JSON.stringify({ schemaVersion: 1, run: "1-a", brotli })),
      new RecordError("schemaVersion must be 1, got 2"),
    );
  });
});

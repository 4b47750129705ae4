import assert from "node:assert/strict";

import { renderTable } from "../../report/table.ts";

describe("table", () => {
  it("aligns columns to their widest cell", () => {
    assert.equal(
      renderTable(
        ["stack", "effective", "x"],
        [
          ["10s", "10s", ""],
          ["default", "1h (Envoy's default)", "-"],
        ],
      ),
      [
        "stack    effective             x",
        "-------  --------------------  -",
        "10s      10s",
        "default  1h (Envoy's default)  -",
        "",
      ].join("\n"),
    );
  });

  it("is just its header without rows", () => {
    assert.equal(renderTable(["a", "b"], []), "a  b\n-  -\n");
  });

  it("refuses a row of another length", () => {
    assert.throws(() => renderTable(["a", "b"], [["1"]]), {
      message: "a row has 1 cells, the header 2: 1",
    });
  });
});

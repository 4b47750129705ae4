import type { Row } from "../../../app/drivers/node/row.ts";

/** A case in which nothing was lost; what differs from that is given. */
export function row(change: Partial<Row> = {}): Row {
  return {
    driver: "go-mysql",
    version: "github.com/go-sql-driver/mysql v1.10.1",
    case: "defaults",
    settings: [],
    idleMs: 15_000.5,
    first: { outcome: "ok", ms: 3.4 },
    second: { outcome: "ok", ms: 0.5 },
    connections: [{ openedMs: -3.2, localPort: 40_001 }],
    said: [],
    ...change,
  };
}

export const INVALID_CONNECTION = {
  outcome: "error",
  ms: 0.1,
  error: { name: "mysql.ErrInvalidConn", message: "invalid connection" },
} as const;

/** Why a driver behaves as it was measured, and what to do; the figures come from a record. */
export const ADVICE: Readonly<Record<string, string>> = {
  "go-memcached":
    "The client keeps idle connections (two for each server by default), looks at none of them before it uses it, " +
    "and has no setting for their age. `client.Close()` drops those that are idle and leaves the client usable: call " +
    "it from a ticker at half the timeout. Or repeat a read that failed with `EOF`, as often as there may be idle " +
    "connections.",
  "go-mongodb":
    "Reads and, on replica sets, writes are repeated once, so most operations get through; but the failure clears the " +
    "pool, and the driver looks at the server again before it goes on, at most twice a second. `RunCommand` is " +
    "never repeated. With `SetMaxConnIdleTime` below the timeout a connection that is too old is not used at all.",
  "go-mysql":
    "Since 1.5 the driver looks at a connection before it is taken out of the pool, on systems that let it, and takes " +
    'a new one where the other end is closed: then only its log has a line. "invalid connection" comes where there ' +
    "is no such look: with `checkConnLiveness=false`, in older versions, and on a connection that the " +
    "application holds, in a transaction or a `sql.Conn`. `SetConnMaxIdleTime` below the timeout closes pooled " +
    "connections in time; for a held one nothing but not holding it across idle time helps, or repeating the whole " +
    "transaction.",
  "go-redis":
    "The pool looks at a connection before it hands it out, and repeats commands besides. Connections that the " +
    "application holds (`client.Conn()`, a subscription) are its own to renew. The default of `ConnMaxIdleTime`, " +
    "30 minutes, is below Envoy's hour already, but above a shorter timeout.",
  "node-ioredis":
    "The event loop sees the close at once, and the driver reconnects by itself. What fails are commands under way " +
    "at that moment; those it sends again, so that one that changes something can be done twice. A `PING` at half the " +
    "timeout keeps the connection. Without a `retryStrategy` the client is dead after the first close.",
  "node-mongodb":
    "The event loop sees the close at once, and the pool drops the connection. With `maxIdleTimeMS` below the timeout " +
    "the driver is the one that closes.",
  "node-mysql2":
    "A pool drops a connection as soon as the event loop sees its end. A single connection does not come back: every " +
    "query after that fails, and the callback API ends the process unless somebody listens to `error`. In a pool " +
    "`idleTimeout` does nothing while `maxIdle` is at its default, which is `connectionLimit`: set `maxIdle` below it.",
  "node-redis":
    "The driver reconnects by itself and tells it by an `error` event; without a listener for it Node.js ends the " +
    "process. `pingInterval` at half the timeout keeps the connection.",
};

// Places an order of one piece with clients that are generated from the services' OpenAPI documents, and prints it when it is
// confirmed. In the environment: PORT (of the front door), ADMIN and CUSTOMER (bearer tokens).
import createClient, { type Middleware } from "openapi-fetch";
import dns from "node:dns";
import { randomUUID } from "node:crypto";
import type { paths as Users } from "../target/user-service.js";
import type { components, paths as Orders } from "../target/order-service.js";

const env = (name: string): string => process.env[name] ?? fail(`${name} is not set`);

function fail(reason: string): never {
  throw new Error(reason);
}

/** The problem details of a refusal, as the documents describe them for every operation. */
function problem(refusal: components["schemas"]["Problem"] | undefined): never {
  return fail(refusal ? `${refusal.type}: ${refusal.detail}` : "no answer");
}

// RFC 6761, 6.3: names below localhost are this machine's. Node asks a resolver that may not know.
const lookup = dns.lookup;
const lookUp = (host: string, ...rest: unknown[]): unknown =>
  Reflect.apply(lookup, dns, [host.endsWith(".localhost") ? "127.0.0.1" : host, ...rest]);
Object.assign(dns, { lookup: lookUp });

const client = <Paths extends object>(service: string, token: string) => {
  const created = createClient<Paths>({ baseUrl: `http://${service}.shop.localhost:${env("PORT")}` });
  const bearer: Middleware = { onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${token}`) };
  created.use(bearer);
  return created;
};

const users = client<Users>("user-service", env("CUSTOMER"));
const shelf = client<Orders>("order-service", env("ADMIN"));
const orders = client<Orders>("order-service", env("CUSTOMER"));

const registered = await users.POST("/users", { body: { email: `${randomUUID()}@customer.example`, name: "Ada" } });
const user = registered.data ?? problem(registered.error);

const sku = `sku-${user.id}`;
const added = await shelf.PUT("/products/{sku}", {
  params: { path: { sku } },
  body: { name: "Lamp", price: { amount: 4990, currency: "EUR" } },
});
if (added.error) problem(added.error);
const stocked = await shelf.POST("/products/{sku}/stock", {
  params: { path: { sku }, header: { "Idempotency-Key": randomUUID() } },
  body: { delta: 1 },
});
if (stocked.error) problem(stocked.error);

const placed = await orders.POST("/orders", {
  params: { header: { "Idempotency-Key": randomUUID() } },
  body: { lines: [{ sku, quantity: 1 }], paymentToken: "tok_ok" },
});
const order = placed.data ?? problem(placed.error);
if (placed.response.headers.get("Location")?.endsWith(`/orders/${order.id}`) !== true) fail("no Location");

const deadline = Date.now() + 120_000;
let status = order.status;
while (status === "PLACED" && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const read = await orders.GET("/orders/{id}", { params: { path: { id: order.id } } });
  status = (read.data ?? problem(read.error)).status;
}
console.log(JSON.stringify({ id: order.id, userId: order.userId, status, total: order.total }));

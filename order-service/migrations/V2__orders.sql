create table products (
    sku      text collate "C" primary key,
    name     text   not null,
    price    bigint not null check (price > 0),
    currency text   not null,
    stock    bigint not null default 0 check (stock >= 0)
);

-- Who has ordered, or was deleted before: the row that placing an order and deleting its user both lock first.
create table buyers (
    id         uuid primary key,
    deleted_at timestamptz
);

create table orders (
    id               uuid primary key,
    user_id          uuid        not null references buyers,
    status           text        not null
        check (status in ('PLACED', 'CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'SHIPPED', 'DELIVERED')),
    total            bigint      not null,
    currency         text        not null,
    placed_at        timestamptz not null,
    payment_deadline timestamptz not null
);
create index orders_by_user on orders (user_id, id);
create index orders_unpaid on orders (payment_deadline) where status = 'PLACED';

create table order_lines (
    order_id uuid             not null references orders,
    sku      text collate "C" not null references products,
    quantity integer          not null check (quantity > 0),
    price    bigint           not null,
    primary key (order_id, sku)
);

-- A state is entered at most once.
create table order_history (
    position bigint      not null generated always as identity,
    order_id uuid        not null references orders,
    status   text        not null,
    at       timestamptz not null default clock_timestamp(),
    cause    text        not null,
    event_id text,
    primary key (order_id, status)
);

-- Orders as they are by the clock: one whose payment is overdue is expired, whether or not that was written down yet.
create view current_orders as
select id, user_id, total, currency, placed_at, payment_deadline,
    status as recorded,
    case when status = 'PLACED' and payment_deadline <= statement_timestamp() then 'EXPIRED' else status end as status,
    (select json_agg(json_build_object('sku', sku, 'quantity', quantity, 'price', price) order by sku)
        from order_lines where order_id = id) as lines
from orders;

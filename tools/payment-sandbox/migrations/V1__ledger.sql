-- What became of each order: the one row that decides, however often and however concurrently it is asked.
create table charge (
    order_id   uuid primary key,
    status     text not null check (status in ('CHARGED', 'DECLINED', 'CANCELLED')),
    charge_id  uuid not null default uuidv7(),
    -- Absent for an order that was cancelled before anything was charged.
    amount     bigint,
    currency   text,
    reason     text,
    created_at timestamptz not null default now()
);

-- Every movement of money: charges are positive, refunds negative. What stands for an order is the sum of its entries.
create table ledger_entry (
    id         bigint generated always as identity primary key,
    order_id   uuid not null references charge,
    kind       text not null check (kind in ('CHARGE', 'REFUND')),
    amount     bigint not null,
    currency   text not null,
    created_at timestamptz not null default now(),
    -- Whatever the code does, an order is charged and refunded once at most.
    unique (order_id, kind)
);

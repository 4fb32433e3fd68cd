-- The token of a payment, for as long as the payment may be asked for: whichever release changes the order, its token goes in
-- the same transaction, and so is in no event, no dead letter and no order that is over.
create table payment_tokens (
    order_id uuid primary key references orders,
    token    text not null
);

create function forget_payment_token() returns trigger language plpgsql as $$
begin
    delete from payment_tokens where order_id = new.id;
    return null;
end $$;
create trigger forget_payment_token after update of status on orders
    for each row when (new.status <> 'PLACED') execute function forget_payment_token();

-- What the provider says to have charged, whether or not the order costs that; and what became of its refund.
alter table orders
    add column charge_id           text,
    add column charged             bigint,
    add column charged_currency    text,
    add column refund_requested_at timestamptz,
    add column refunded_at         timestamptz;

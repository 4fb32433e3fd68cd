-- The orders of a buyer that are open, which are counted whenever the buyer places another one.
create index orders_open on orders (user_id) where status in ('PLACED', 'CONFIRMED');

-- The address that mail for an e-mail address is sent to, in lower case: its domain as A-labels (RFC 5890), so that all
-- spellings of one address have one mailbox.
create function mailbox(email text) returns text language plpgsql immutable strict parallel safe as $$
declare
    at      integer := length(email) - position('@' in reverse(email));
    domain  text := lower(normalize(substr(email, at + 2), NFKC) collate pg_c_utf8);
    labels  text[] := '{}';
    label   text;
    encoded text;
    points  integer[];
    n       integer; -- the names are those of RFC 3492, 6.3
    delta   integer;
    bias    integer;
    b       integer;
    h       integer;
    m       integer;
    q       integer;
    k       integer;
    t       integer;
    point   integer;
begin
    -- A full stop of another script ends a label, too (RFC 3490, 3.1).
    foreach label in array string_to_array(translate(domain, U&'\3002', '.'), '.') loop
        points := array(select ascii(c) from unnest(string_to_array(label, null)) with ordinality as s (c, i) order by i);
        encoded := array_to_string(array(
            select chr(p) from unnest(points) with ordinality as s (p, i) where p < 128 order by i), '');
        b := length(encoded);
        h := b;
        if h < cardinality(points) then
            if b > 0 then
                encoded := encoded || '-';
            end if;
            n := 128;
            delta := 0;
            bias := 72;
            while h < cardinality(points) loop
                m := (select min(p) from unnest(points) as s (p) where p >= n);
                delta := delta + (m - n) * (h + 1);
                n := m;
                foreach point in array points loop
                    if point < n then
                        delta := delta + 1;
                    elsif point = n then
                        q := delta;
                        k := 36;
                        loop
                            t := least(greatest(k - bias, 1), 26);
                            exit when q < t;
                            encoded := encoded
                                || substr('abcdefghijklmnopqrstuvwxyz0123456789', t + (q - t) % (36 - t) + 1, 1);
                            q := (q - t) / (36 - t);
                            k := k + 36;
                        end loop;
                        encoded := encoded || substr('abcdefghijklmnopqrstuvwxyz0123456789', q + 1, 1);
                        -- Adaptation: RFC 3492, 6.1.
                        delta := case when h = b then delta / 700 else delta / 2 end;
                        delta := delta + delta / (h + 1);
                        k := 0;
                        while delta > 455 loop
                            delta := delta / 35;
                            k := k + 36;
                        end loop;
                        bias := k + 36 * delta / (delta + 38);
                        delta := 0;
                        h := h + 1;
                    end if;
                end loop;
                delta := delta + 1;
                n := n + 1;
            end loop;
            encoded := 'xn--' || encoded;
        end if;
        labels := labels || encoded;
    end loop;
    return lower(normalize(left(email, at), NFC) collate pg_c_utf8) || '@' || array_to_string(labels, '.');
end $$;

-- Whoever had another spelling of somebody's address before keeps it until they change it; nobody else gets it.
alter table users add column shares_mailbox boolean not null default false;
update users set shares_mailbox = true
where exists (
    select 1 from users earlier where mailbox(earlier.email) = mailbox(users.email) and earlier.id < users.id);

create unique index users_mailbox on users (mailbox(email)) where not shares_mailbox;

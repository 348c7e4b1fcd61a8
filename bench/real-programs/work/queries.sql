-- What pgbench asks for over and over: sorts, joins, JSON, aggregates and regular expressions.
select a.aid, b.bid, json_build_object('balance', a.abalance, 'filler', repeat('z', 100))
from pgbench_accounts a join pgbench_branches b using (bid)
where a.aid < 200 order by a.abalance, a.aid desc;
select md5(string_agg(a.aid::text, ',')), regexp_replace(repeat('abc', 100), '(b)(c)', '\2\1', 'g')
from pgbench_accounts a where a.aid < 500 group by a.aid % 10;

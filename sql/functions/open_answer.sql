-- The answer to a question: one that is there already, or a new one, which the caller has to write (`is_new`).
-- Servers that open equal questions at one moment get one answer, and one of them writes it.
--
--   id               of the answer, if it becomes a new one; asked again with the same id, it is still new
--   fingerprint      what equal questions have in common; null: is never shared
--   client           a hash that stands for who asks; null where that cannot be told
--   idempotency_key  stands for the answer it first came with; SQLSTATE LE003 when body_sha256 was another then
--   cache_seconds    how old an answer may be to be given again; 0: none is
--   is_fresh         no answer given to anybody else will do
--   stale_seconds    without a sign of life for so long, the writer of a running answer is gone
create or replace function docs.open_answer(
  site text,
  id text,
  query text,
  filter jsonb,
  page text,
  conversation text,
  fingerprint bytea,
  client bytea,
  idempotency_key text,
  body_sha256 bytea,
  model text,
  cache_seconds float,
  is_fresh boolean,
  stale_seconds float
)
returns table (is_new boolean, generation bigint, answer docs.stored_answer)
language plpgsql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
#variable_conflict use_column
declare
  asked record;
  known docs.asked_key;
  opened_id text;
begin
  -- What a crash of Postgres may cost here, the last half second of questions, is worth no reader's wait for a disk.
  perform set_config('synchronous_commit', 'off', true);

  select found.id as site_id, found.generation into strict asked
  from docs.site as found
  where found.name = open_answer.site;

  -- Locked before anything is looked up, by any two numbers that no other program locks by; the key always first, so
  -- that nobody waits in a circle.
  if open_answer.idempotency_key is not null then
    perform pg_advisory_xact_lock(32276004, hashtext(open_answer.idempotency_key));
    select kept.* into known
    from docs.asked_key as kept
    where kept.site_id = asked.site_id and kept.key = open_answer.idempotency_key;
    if known.answer_id is not null and known.body_sha256 is distinct from open_answer.body_sha256 then
      raise exception 'the key was sent with another question before' using errcode = 'LE003';
    end if;
    opened_id := known.answer_id;
  end if;

  if opened_id is null and open_answer.fingerprint is not null then
    perform pg_advisory_xact_lock(32276005, hashtext(encode(open_answer.fingerprint, 'base64')));
    opened_id := docs.find_equal_answer(
      asked.site_id, asked.generation, open_answer.fingerprint, open_answer.client, open_answer.cache_seconds,
      open_answer.is_fresh, open_answer.stale_seconds
    );
    if opened_id <> open_answer.id then
      update docs.answer set asked_count = answer.asked_count + 1 where answer.id = opened_id;
    end if;
  end if;

  if opened_id is null then
    opened_id := open_answer.id;
    insert into docs.answer (id, site_id, query, filter, page, conversation, fingerprint, generation, client, model)
    values (
      open_answer.id, asked.site_id, open_answer.query, open_answer.filter, open_answer.page,
      open_answer.conversation, open_answer.fingerprint, asked.generation, open_answer.client, open_answer.model
    )
    on conflict do nothing;
  end if;

  if open_answer.idempotency_key is not null and known.answer_id is null then
    insert into docs.asked_key (site_id, key, body_sha256, answer_id)
    values (asked.site_id, open_answer.idempotency_key, open_answer.body_sha256, opened_id);
  end if;
  perform docs.add_to_conversation(asked.site_id, open_answer.conversation, opened_id);

  return query
  select opened_id = open_answer.id, opened.generation, given
  from docs.read_answers(array[opened_id], array[0]) as given
  join docs.answer as opened on opened.id = given.id;
end;
$$;

grant execute on function docs.open_answer to lectern_server;

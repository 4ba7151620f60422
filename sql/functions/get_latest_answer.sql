-- The id of the answer that a conversation had last, whatever has become of it; null when it has none.
create or replace function docs.get_latest_answer(site text, conversation text)
returns text
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select belonging.answer_id
  from docs.conversation_answer as belonging
  where belonging.site_id = (select found.id from docs.site as found where found.name = get_latest_answer.site)
    and belonging.conversation = get_latest_answer.conversation
  order by belonging.position desc
  limit 1;
$$;

grant execute on function docs.get_latest_answer to lectern_server;

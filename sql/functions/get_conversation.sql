-- The last questions of a conversation that were answered, oldest first, as they were understood.
create or replace function docs.get_conversation(site text, conversation text, exchange_count int)
returns table (query text, text text)
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select latest.query, latest.text
  from (
    select
      coalesce(answer.searched_query, answer.query) as query,
      answer.text as text,
      belonging.position as position
    from docs.conversation_answer as belonging
    join docs.answer on answer.id = belonging.answer_id
    where belonging.site_id = (select found.id from docs.site as found where found.name = get_conversation.site)
      and belonging.conversation = get_conversation.conversation
      and answer.status in ('finished', 'stopped')
      and answer.text <> ''
    order by belonging.position desc
    limit get_conversation.exchange_count
  ) as latest
  order by latest.position;
$$;

grant execute on function docs.get_conversation to lectern_server;

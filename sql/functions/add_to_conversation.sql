-- Makes an answer the latest of a conversation, if it is not already; does nothing without a conversation.
create or replace function docs.add_to_conversation(site_id bigint, conversation text, answer_id text)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  insert into docs.conversation_answer (site_id, conversation, answer_id)
  select add_to_conversation.site_id, add_to_conversation.conversation, add_to_conversation.answer_id
  where add_to_conversation.conversation is not null
    and add_to_conversation.answer_id is distinct from (
      select latest.answer_id
      from docs.conversation_answer as latest
      where latest.site_id = add_to_conversation.site_id
        and latest.conversation = add_to_conversation.conversation
      order by latest.position desc
      limit 1
    );
$$;

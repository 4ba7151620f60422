-- What the two legs found, as one number. Normalised scores are weighted to at most 1; by reciprocal rank it is
-- the sum of weight / (rrf_k + rank) (Cormack, Clarke & Büttcher 2009). What a leg has not found is null.
create or replace function docs.fuse(
  keyword_score float,
  similarity float,
  keyword_rank bigint,
  semantic_rank bigint,
  full_text_weight float,
  semantic_weight float,
  rrf_k int
)
returns float
language sql
immutable
parallel safe
as $$
  select case
    when rrf_k is null then
      (full_text_weight * coalesce(keyword_score, 0) + semantic_weight * greatest(similarity, 0))
      / nullif(full_text_weight + semantic_weight, 0)
    else
      case when keyword_score is null then 0 else full_text_weight / (greatest(rrf_k, 0) + keyword_rank) end
      + case when similarity is null then 0 else semantic_weight / (greatest(rrf_k, 0) + semantic_rank) end
  end;
$$;

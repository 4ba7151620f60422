-- How many typos lie between two words: letters changed, added, left out, or swapped with their neighbour (optimal
-- string alignment); stops counting above `at_most` and gives one more than that.
create or replace function docs.typo_distance(one text, other text, at_most int)
returns int
language plpgsql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
declare
  letters text[] := string_to_array(typo_distance.one, null);
  others text[] := string_to_array(typo_distance.other, null);
  -- Distances of the beginnings of `one` to each beginning of `other`, which are counted from 1 for the empty one.
  before_last int[];
  last int[] := array(select generate_series(0, cardinality(others)));
  current int[];
  change int;
begin
  if abs(cardinality(letters) - cardinality(others)) > typo_distance.at_most then
    return typo_distance.at_most + 1;
  end if;
  for i in 1 .. cardinality(letters) loop
    current := array[i];
    for j in 1 .. cardinality(others) loop
      change := case when letters[i] = others[j] then 0 else 1 end;
      current[j + 1] := least(last[j + 1] + 1, current[j] + 1, last[j] + change);
      if i > 1 and j > 1 and letters[i] = others[j - 1] and letters[i - 1] = others[j] then
        current[j + 1] := least(current[j + 1], before_last[j - 1] + 1);
      end if;
    end loop;
    before_last := last;
    last := current;
  end loop;
  return least(last[cardinality(others) + 1], typo_distance.at_most + 1);
end;
$$;

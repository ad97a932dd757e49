// A smith as somebody who writes Ink would write her.
VAR trust = 0
VAR has_sword = false
VAR gold = 10
CONST PRICE = 30
LIST mood = (calm), cross
TODO: more small talk

-> forge

=== forge ===
Bruna: {&Hm.|What now?} # scowl
{ has_sword:
    Bruna: Is the blade holding?
- else:
    Bruna: What do you want?
}
- (top)
*   [Ask about the sword] Can you make me a sword?
    Bruna: I can. {PRICE} coins. # id: price
    -> haggle
+   {trust >= 1} [Offer to help] "I could work the bellows."
    Bruna: Grab the handle, then.
    ~ shake_camera("soft", 2)
+   "You call this a forge?"
    Bruna: Out with you.
    ~ mood = cross
    -> DONE
*   ->
    Bruna: Nothing left to say.
    -> END
- Bruna: Anything else?
-> top

= haggle
+   [Pay {PRICE} coins]
    { gold >= PRICE:
        Bruna: Here she is.
        ~ has_sword = true
        ~ gold -= 30
        -> forge
    - else:
        Bruna: You have {gold}. Come back richer.
        -> forge.top
    }
+   [Too expensive]
    Bruna: Quality costs.
    * *   [Please make it cheaper]
          Bruna: Fine, for you.
          ~ trust++
    * *   [As you like]
          Bruna: I do.
    - -   (after) Bruna: That is that.
-   -> forge.top

=== function double(x)
~ return x * 2

=== night
{not forge: Bruna: Closed. | Bruna: Still here? Closed. }
<- crickets
-> END

comparison = This plan beside others
comparison-lead = { $count ->
    [one] Another plan of a different question: what differs in the question, what moved in the plan, which limits became dearer or cheaper.
   *[other] { $count } other plans of different questions: what differs in the questions, what moved in the plans, which limits became dearer or cheaper.
}
comparison-unlike = { $plan } differs in { $what }; what depends on that is not compared.
comparison-unlike-currency = the currency or the year of its prices
comparison-unlike-regions = its regions
comparison-unlike-assets = its assets
comparison-unlike-years = its years
